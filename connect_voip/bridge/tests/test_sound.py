"""Sounds for the telephone, from files of all usual kinds."""

from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..sound import RATE, SoundError, for_telephone


def wav(frames: bytes, rate: int, channels: int, width: int) -> bytes:
    result = io.BytesIO()
    with wave.open(result, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return result.getvalue()


@given(st.sampled_from([8000, 11025, 16000, 44100, 48000]), st.sampled_from([1, 2]), st.sampled_from([1, 2]))
def test_keeps_its_length(rate: int, channels: int, width: int) -> None:
    """VOI-45: whatever was uploaded lasts as long on the telephone, and silence stays silence."""
    silence = b"\x80" if width == 1 else b"\0\0"
    with wave.open(io.BytesIO(for_telephone(wav(silence * channels * rate, rate, channels, width)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert abs(file.getnframes() - RATE) <= 1
        assert not any(file.readframes(RATE))


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    """What is no sound ends in words, never in a crash."""
    with pytest.raises(SoundError):
        for_telephone(data)


def test_too_long_and_empty() -> None:
    """Five minutes at most; a sound has some length."""
    with pytest.raises(SoundError, match="long"):
        for_telephone(wav(b"\x80" * 8000 * 301, 8000, 1, 1))
    with pytest.raises(SoundError, match="empty"):
        for_telephone(wav(b"", 8000, 1, 2))
