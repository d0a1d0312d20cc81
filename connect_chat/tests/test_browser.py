from odoo.tests import HttpCase, tagged

from .common import ChatCase

WRITE = """
(async () => {
    const find = async (selector, text = "") => {
        for (let attempt = 0; attempt < 600; attempt++) {
            const found = [...document.querySelectorAll(selector)].find((each) => each.textContent.includes(text));
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`not found: ${selector} ${text}`);
    };
    %s
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestBrowser(ChatCase, HttpCase):
    def walk(self, url, steps, user, ready):
        user.password = user.login
        self.browser_js(url, WRITE % steps, ready, login=user.login, timeout=180)

    def test_recipient_writes(self):
        """POR-04, POR-05: the page shows the line, takes what he writes, and keeps it in view."""
        self.walk(
            "/my/connect",
            """
            (await find(".o_connect_line", "Hot line")).click();
            const input = await find(".o-mail-Composer-input");
            input.focus();
            document.execCommand("insertText", false, "the printer is silent");
            (await find("button[name='send-message']:not([disabled])")).click();
            await find(".o-mail-Message", "the printer is silent");
            await find(".o_connect_guidance");
            """,
            self.recipient_a,
            "odoo.isReady === true",
        )
        self.assertIn("the printer is silent", [text for _seq, text in self.feed()])

    def test_specialist_serves(self):
        """ROU-29, ROU-30, CHT-31: who waits is on top; begin, look at the card, finish."""
        self.post(self.recipient_a, "the printer is silent")
        self.walk(
            "/odoo/action-mail.action_discuss",
            """
            (await find(".o_connect_sidebar .o_connect_row", "Anna A")).click();
            await find(".o-mail-Message", "the printer is silent");
            (await find(".o_connect_start")).click();
            await find(".o_connect_event", "Second A");
            (await find(".o_connect_finish:not([disabled])")).click();
            await find(".o_connect_start");
            """,
            self.second_a,
            "odoo.isReady === true",
        )
        last = self.env["connect.request"].search([("partner_id", "=", self.anna.id)], limit=1)
        self.assertEqual((last.state, last.user_id), ("closed", self.second_a))

    def test_news_in_a_stream_neither_starves_nor_floods(self):
        """ROU-39: what wakes a screen is taken at once, and in an endless stream once in its time."""
        self.walk(
            "/odoo",
            """
            const { paced } = odoo.loader.modules.get("@connect_chat/core/web/paced");
            const pass = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
            const done = [];
            const ask = paced(() => done.push(Date.now()), 400);
            ask();
            await pass(100);
            if (done.length !== 1) {
                throw new Error(`not at once: ${done.length}`);
            }
            for (const end = Date.now() + 2000; Date.now() < end; await pass(10)) {
                ask();
            }
            const gaps = done.slice(1).map((at, place) => at - done[place]);
            if (gaps.length < 2 || Math.min(...gaps) < 390) {
                throw new Error(`starved or flooded: ${gaps}`);
            }
            await pass(900);
            const quiet = done.length;
            await pass(900);
            if (done.length !== quiet) {
                throw new Error("done unasked");
            }
            """,
            self.second_a,
            "odoo.isReady === true",
        )
