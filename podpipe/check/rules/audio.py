"""A: the sound itself."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe import timecode
from podpipe.check.facts import Sound
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import APPLE_AUDIO, EXO_VBR, MONO_LOUDNESS, MPEG, OWN, XING

_TARGET_LUFS, _TOLERANCE = -16.0, 1.0
_MONO_LUFS = -19.0
_PEAK_DB = -1.0
_LEAD_MS, _TAIL_MS, _PAUSE_MS = 3000, 10_000, 10_000
_PLAYED = {"mp3", "mp3float", "aac", "aac_fixed", "alac"}
_SOUND = "the sound"

_LOUDNORM = (
    "encode again from the source at −16 LUFS with peaks below −1 dBTP: "
    "ffmpeg -i SOURCE -af loudnorm=I=-16:TP=-1.5:LRA=11 -ar 44100 NEW.mp3"
)


def _is_off(sound: Sound) -> bool:
    heard = sound.measured
    return heard is not None and not heard.silent and abs(heard.integrated_lufs - _TARGET_LUFS) > _TOLERANCE + 0.05


def _is_mono_level(sound: Sound) -> bool:
    heard = sound.measured
    return sound.channels == 1 and heard is not None and abs(heard.integrated_lufs - _MONO_LUFS) <= _TOLERANCE + 0.05


@rule(
    "A01",
    "warning",
    "loudness away from −16 LUFS",
    hurts="Apple Podcasts, Overcast, AntennaPod: louder or quieter than every other show; Spotify turns it up or down",
    mend=_LOUDNORM,
    source=APPLE_AUDIO,
)
def loudness(sound: Sound) -> Iterator[Found]:
    """Integrated loudness (ITU-R BS.1770) of −16 ± 1 LUFS."""
    if _is_off(sound) and not _is_mono_level(sound) and sound.measured:
        level = sound.measured.integrated_lufs
        way = "quieter" if level < _TARGET_LUFS else "louder"
        yield _SOUND, f"is at {level:.1f} LUFS, {abs(level - _TARGET_LUFS):.1f} dB {way} than −16"


@rule(
    "A02",
    "info",
    "mono at −19 LUFS",
    hurts="players that don't play mono on both speakers: quieter than stereo shows",
    mend=_LOUDNORM,
    source=MONO_LOUDNESS,
)
def mono_loudness(sound: Sound) -> Iterator[Found]:
    """Mono at −19 LUFS is as loud as stereo at −16 where both speakers play it, and is common."""
    if _is_off(sound) and _is_mono_level(sound) and sound.measured:
        yield _SOUND, f"is mono at {sound.measured.integrated_lufs:.1f} LUFS: −16 where measured as stereo"


@rule(
    "A03",
    "warning",
    "peaks above −1 dBTP",
    hurts="Apple Podcasts, Spotify, Bluetooth headphones: distorts when it is encoded again",
    mend=_LOUDNORM,
    source=APPLE_AUDIO,
)
def true_peak(sound: Sound) -> Iterator[Found]:
    """True peak (ITU-R BS.1770, four times oversampled)."""
    if sound.measured and sound.measured.true_peak_db > _PEAK_DB + 0.05:
        yield _SOUND, f"peaks at {sound.measured.true_peak_db:+.1f} dBTP; −1 is the most"


@rule(
    "A04",
    "warning",
    "clipping",
    hurts="everybody: crackles",
    mend="record or mix with less gain; what is cut off can't be brought back",
    source=OWN,
)
def clipping(sound: Sound) -> Iterator[Found]:
    """Three samples in a row at full scale are no music."""
    if sound.measured and sound.measured.clipped:
        yield _SOUND, f"is cut off at full scale in {sound.measured.clipped} places"


@rule(
    "A05",
    "warning",
    "sample rate that players or hosts change",
    hurts="Apple Podcasts, hosts that encode again",
    mend="encode again from the source at 44.1 kHz (or 48 kHz)",
    source=APPLE_AUDIO,
)
def odd_sample_rate(sound: Sound) -> Iterator[Found]:
    """Below 22.05 kHz it sounds like a telephone; above 48 kHz MP3 and most players can't."""
    if sound.sample_rate and sound.codec != "opus" and not 22_050 <= sound.sample_rate <= 48_000:
        yield _SOUND, f"has {sound.sample_rate / 1000:g} kHz; 44.1 is usual"


@rule(
    "A06",
    "info",
    "sample rate below 44.1 kHz",
    hurts="listeners: dull; Apple Podcasts asks for 44.1 kHz",
    mend="encode again from the source at 44.1 kHz",
    source=APPLE_AUDIO,
)
def low_sample_rate(sound: Sound) -> Iterator[Found]:
    """Apple's minimum is 44.1 kHz."""
    if 22_050 <= sound.sample_rate < 44_100:
        yield _SOUND, f"has {sound.sample_rate / 1000:g} kHz; Apple's minimum is 44.1"


@rule(
    "A07",
    "warning",
    "bit rate too low",
    hurts="listeners: sounds as if under water",
    mend="encode again from the source: mono with 96 to 128 kbit/s, stereo with 128 to 256",
    source=APPLE_AUDIO,
)
def low_bit_rate(sound: Sound) -> Iterator[Found]:
    """Apple's minimum for MP3: 32 kbit/s mono, 64 kbit/s stereo."""
    least = 32_000 if sound.channels == 1 else 64_000
    if sound.container == "mp3" and 0 < _kbps(sound) * 1000 < least:
        yield _SOUND, f"has {_kbps(sound)} kbit/s; {least // 1000} is the least for {_channels(sound)}"


@rule(
    "A08",
    "info",
    "bit rate higher than needed",
    hurts="listeners who pay for their data",
    mend="encode again from the source: stereo with 128 to 256 kbit/s, mono with 96 to 128",
    source=APPLE_AUDIO,
)
def high_bit_rate(sound: Sound) -> Iterator[Found]:
    """Apple's recommended most: 256 kbit/s stereo; for mono we allow the same as for one half, and a bit."""
    most = 160 if sound.channels == 1 else 256
    if sound.container in ("mp3", "aac", "mp4") and sound.codec != "alac" and _kbps(sound) > most:
        yield _SOUND, f"has {_kbps(sound)} kbit/s; {most} is plenty for {_channels(sound)}"


@rule(
    "A09",
    "error",
    "variable bit rate without a header that tells the length",
    hurts="AntennaPod, browsers, Podcast Addict: wrong length, and chapters start at the wrong place",
    mend="write the header: ffmpeg -i OLD.mp3 -c copy NEW.mp3, or encode with a constant bit rate",
    source=EXO_VBR,
)
def no_header(sound: Sound) -> Iterator[Found]:
    """Xing, or Fraunhofer's VBRI."""
    if sound.mpeg and sound.mpeg.variable and not sound.mpeg.header:
        rates = sound.mpeg.bit_rates
        yield _SOUND, f"varies from {rates[0]} to {rates[-1]} kbit/s, and no Xing or VBRI header tells its length"


@rule(
    "A10",
    "error",
    "the header tells a wrong length",
    hurts="every player: wrong length, and chapters start at the wrong place",
    mend="write the header anew: ffmpeg -i OLD.mp3 -c copy NEW.mp3",
    source=XING,
)
def wrong_header(sound: Sound) -> Iterator[Found]:
    """The number of frames in the Xing, Info or VBRI header against those that are there."""
    mpeg = sound.mpeg
    if mpeg and mpeg.header_frames is not None and abs(mpeg.header_frames - mpeg.frames) > max(3, mpeg.frames // 200):
        declared = mpeg.header_frames * mpeg.duration_ms // mpeg.frames
        yield _SOUND, f"says it is {timecode.clock(declared)} long and is {timecode.clock(mpeg.duration_ms)}"


@rule(
    "A11",
    "info",
    "variable bit rate",
    hurts="players that guess where a time is (Apple's, browsers): chapters start seconds off in long episodes",
    mend="encode with a constant bit rate where exact starts matter",
    source=EXO_VBR,
)
def variable(sound: Sound) -> Iterator[Found]:
    """The table of a Xing header has 100 places, whatever the length."""
    if sound.mpeg and sound.mpeg.variable and sound.mpeg.header:
        yield _SOUND, f"varies from {sound.mpeg.bit_rates[0]} to {sound.mpeg.bit_rates[-1]} kbit/s"


@rule(
    "A12",
    "warning",
    "silence at the beginning",
    hurts="listeners: they think that it does not play",
    mend="cut it off; chapters and transcript have to move with it",
    source=OWN,
)
def silent_lead(sound: Sound) -> Iterator[Found]:
    """More than 3 s."""
    heard = sound.measured
    if heard and not heard.silent and heard.lead_ms > _LEAD_MS:
        yield _SOUND, f"begins after {heard.lead_ms / 1000:.1f} s of silence"


@rule(
    "A13",
    "warning",
    "silence at the end",
    hurts="listeners: the next episode does not begin",
    mend="cut it off",
    source=OWN,
)
def silent_tail(sound: Sound) -> Iterator[Found]:
    """More than 10 s."""
    heard = sound.measured
    if heard and not heard.silent and heard.tail_ms > _TAIL_MS:
        yield _SOUND, f"ends with {heard.tail_ms / 1000:.1f} s of silence"


@rule(
    "A14",
    "info",
    "silence in the middle",
    hurts="listeners: they think that it has stopped",
    mend="listen there; cut it where it is no pause that is meant",
    source=OWN,
)
def silent_middle(sound: Sound) -> Iterator[Found]:
    """More than 10 s."""
    for start_ms, length_ms in sound.measured.pauses if sound.measured else ():
        if length_ms > _PAUSE_MS:
            yield timecode.clock(start_ms), f"{length_ms / 1000:.1f} s of silence"


@rule(
    "A15",
    "warning",
    "a silent channel",
    hurts="everybody with headphones: sound in one ear only",
    mend="encode again in mono, or with the sound on both channels",
    source=OWN,
)
def silent_channel(sound: Sound) -> Iterator[Found]:
    """One channel below −60 dBFS, another above."""
    if sound.measured and sound.measured.quiet_channels:
        names = [("left", "right")[n] if sound.channels == 2 else str(n + 1) for n in sound.measured.quiet_channels]
        yield _SOUND, f"is silent on the {' and '.join(names)} channel"


@rule(
    "A16",
    "info",
    "stereo with the same on both channels",
    hurts="listeners who pay for their data: twice the size for nothing",
    mend="encode again from the source in mono with half the bit rate",
    source=OWN,
)
def same_channels(sound: Sound) -> Iterator[Found]:
    """Correlation of 0.9999 or more. Joint stereo at up to 128 kbit/s wastes nothing to speak of."""
    heard = sound.measured
    if heard and heard.correlation is not None and heard.correlation > 0.9999 and _kbps(sound) > 128:
        yield _SOUND, f"is the same on both channels, at {_kbps(sound)} kbit/s"


@rule(
    "A17",
    "warning",
    "channels that cancel each other",
    hurts="phones, smart speakers and everything in mono: silence",
    mend="turn over (invert) one channel and encode again",
    source=OWN,
)
def opposite_channels(sound: Sound) -> Iterator[Found]:
    """Correlation of −0.9 or less."""
    heard = sound.measured
    if heard and heard.correlation is not None and heard.correlation < -0.9:
        yield _SOUND, f"has a left channel that is the right one turned over (correlation {heard.correlation:.2f})"


@rule(
    "A18",
    "warning",
    "a format that some apps don't play",
    hurts="Apple Podcasts: accepts MP3 and AAC only",
    mend="encode as MP3 or AAC",
    source=APPLE_AUDIO,
)
def unusual_format(sound: Sound) -> Iterator[Found]:
    """For feeds, Apple takes MP3 and AAC."""
    if sound.codec not in _PLAYED:
        yield _SOUND, f"is {sound.codec} in {sound.container}"


@rule(
    "A19",
    "warning",
    "more than two channels",
    hurts="most apps: they mix it down as they please",
    mend="mix down to stereo or mono",
    source=APPLE_AUDIO,
)
def many_channels(sound: Sound) -> Iterator[Found]:
    """Apple: mono and stereo."""
    if sound.channels > 2:
        yield _SOUND, f"has {sound.channels} channels"


@rule(
    "A20",
    "warning",
    "a damaged stream",
    hurts="browsers and older players: stop or skip there",
    mend="encode again from the source, or copy the frames: ffmpeg -i OLD.mp3 -c copy NEW.mp3",
    source=MPEG,
)
def damaged(sound: Sound) -> Iterator[Found]:
    """Bytes between the frames that are none, packets that can't be decoded, an end that is cut."""
    if sound.mpeg and sound.mpeg.junk_bytes:
        yield _SOUND, f"has {sound.mpeg.junk_bytes} bytes between its frames that are no sound"
    if sound.mpeg and sound.mpeg.truncated:
        yield "its end", "is cut within a frame; was it downloaded whole?"
    if sound.measured and sound.measured.faults:
        yield _SOUND, f"can't be decoded in {sound.measured.faults} places"


@rule(
    "A21",
    "error",
    "nothing to hear",
    hurts="everybody",
    mend="export again; was the right track chosen?",
    source=OWN,
)
def silent(sound: Sound) -> Iterator[Found]:
    """Never above −70 LUFS (the gate of ITU-R BS.1770) or −60 dBFS."""
    if sound.measured and sound.measured.silent:
        yield _SOUND, f"is silent from beginning to end ({timecode.clock(sound.duration_ms)})"


@rule(
    "A22",
    "error",
    "the sample rate changes on the way",
    hurts="most players: wrong speed, or they stop there",
    mend="encode again in one piece",
    source=MPEG,
)
def changing_rate(sound: Sound) -> Iterator[Found]:
    """As when files of different rates were joined."""
    if sound.mpeg and len(sound.mpeg.sample_rates) > 1:
        yield _SOUND, "changes between " + " and ".join(f"{rate / 1000:g} kHz" for rate in sound.mpeg.sample_rates)


def _kbps(sound: Sound) -> int:
    if sound.mpeg and len(sound.mpeg.bit_rates) == 1:
        return sound.mpeg.bit_rates[0]
    return round(sound.bit_rate / 1000)


def _channels(sound: Sound) -> str:
    return "mono" if sound.channels == 1 else "stereo"
