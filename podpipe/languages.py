"""Names of languages: BCP 47 as feeds and Whisper have them, ISO 639-2 as tags do."""

from __future__ import annotations

_ISO639 = """
af:afr am:amh ar:ara as:asm az:aze ba:bak be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat cs:ces cy:cym da:dan
de:deu el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gu:guj
ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye id:ind is:isl it:ita ja:jpn jv:jav jw:jav ka:kat kk:kaz km:khm
kn:kan ko:kor ku:kur ky:kir la:lat lb:ltz ln:lin lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar
ms:msa mt:mlt my:mya nb:nob ne:nep nl:nld nn:nno no:nor oc:oci pa:pan pl:pol ps:pus pt:por qu:que rm:roh ro:ron
ru:rus rw:kin sa:san sd:snd si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp su:sun sv:swe sw:swa ta:tam
te:tel tg:tgk th:tha tk:tuk tl:tgl tn:tsn tr:tur tt:tat ug:uig uk:ukr ur:urd uz:uzb vi:vie wo:wol xh:xho yi:yid
yo:yor yue:zho zh:zho zu:zul
"""
_THREE = dict(pair.split(":") for pair in _ISO639.split())


def iso639_2(code: str) -> str:
    """``deu`` for ``de`` or ``de-CH`` (ISO 639-2/T); three letters stay, what is unknown is empty."""
    first = code.strip().lower().replace("_", "-").partition("-")[0]
    if first in _THREE:
        return _THREE[first]
    return first if len(first) == 3 and first.isascii() and first.isalpha() else ""
