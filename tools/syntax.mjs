// Parses each file given as a JavaScript module, without running or resolving anything; one line per error.
// Run as: node --experimental-vm-modules --no-warnings tools/syntax.mjs FILE…
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";

let failed = false;
for (const file of process.argv.slice(2)) {
    try {
        new SourceTextModule(readFileSync(file, "utf8"), { identifier: file });
    } catch (error) {
        failed = true;
        console.log(`${error.stack.split("\n")[0]}: ${error.message}`);
    }
}
process.exitCode = failed ? 1 : 0;
