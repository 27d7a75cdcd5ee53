package dev.lancet.samples.phone

import java.text.Normalizer.Form
import org.json.JSONObject

/** What a `tokenizer.json` changes in a text first. */
internal fun interface Normalizer : (String) -> String {

    companion object {

        fun of(part: JSONObject?): Normalizer =
            when (val kind = part?.getString("type")) {
                null -> Normalizer { it }
                "NFC" -> Normalizer { java.text.Normalizer.normalize(it, Form.NFC) }
                "NFKC" -> Normalizer { java.text.Normalizer.normalize(it, Form.NFKC) }
                "Prepend" -> {
                    val before = part.getString("prepend")
                    Normalizer { if (it.isEmpty()) it else before + it }
                }
                "Replace" -> {
                    val pattern = part.getJSONObject("pattern")
                    refuseIf(!pattern.has("String")) { "its normalizer replaces a pattern" }
                    val old = pattern.getString("String")
                    val new = part.getString("content")
                    Normalizer { it.replace(old, new) }
                }
                "Sequence" -> {
                    val list = part.getJSONArray("normalizers")
                    val all = (0 until list.length()).map { of(list.getJSONObject(it)) }
                    Normalizer { text -> all.fold(text) { before, next -> next(before) } }
                }
                else -> throw UnknownPartException("its normalizer is of the kind '$kind'")
            }
    }
}
