"""A recorded sound as telephones have it: WAV of 8 kHz, one channel, 16 bits."""

from __future__ import annotations

import io
import sys
import wave
from array import array

RATE = 8000
LONGEST = 300  # s


class SoundError(ValueError):
    """The text is a code: ``format``, ``long`` or ``empty``."""


def for_telephone(data: bytes) -> bytes:
    """A WAV file of any usual rate, one or two channels, 8 or 16 bits, as a telephone can play it.

    :raises SoundError: it is no such file, is empty, or is longer than five minutes
    """
    samples, rate = _read(data)
    if len(samples) > LONGEST * rate:
        raise SoundError("long")
    thinned = _resampled(samples, rate)
    if not thinned:
        raise SoundError("empty")
    if sys.byteorder == "big":
        thinned.byteswap()
    result = io.BytesIO()
    with wave.open(result, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(thinned.tobytes())
    return result.getvalue()


def _read(data: bytes) -> tuple[array[int], int]:
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            if width not in (1, 2) or channels not in (1, 2) or not 4000 <= rate <= 96_000:
                raise SoundError("format")
            frames = file.readframes(min(file.getnframes(), (LONGEST + 1) * rate))
    except (wave.Error, EOFError) as error:
        raise SoundError("format") from error
    whole = len(frames) // (width * channels) * width * channels
    if width == 1:  # unsigned, unlike 16 bits
        samples = array("h", ((value - 128) << 8 for value in frames[:whole]))
    else:
        samples = array("h", frames[:whole])
        if sys.byteorder == "big":
            samples.byteswap()
    if channels == 2:
        samples = array("h", ((left + right) // 2 for left, right in zip(samples[::2], samples[1::2], strict=True)))
    return samples, rate


def _resampled(samples: array[int], rate: int) -> array[int]:
    """Each new sample is the mean of those that it stands for."""
    if rate == RATE:
        return samples
    count = len(samples) * RATE // rate
    found = array("h")
    for index in range(count):
        begin = index * rate // RATE
        part = samples[begin : max(begin + 1, (index + 1) * rate // RATE)]
        found.append(sum(part) // len(part))
    return found
