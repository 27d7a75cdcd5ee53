package dev.lancet.runtime.text.tokenizer;

import dev.lancet.runtime.text.tokenizer.TokenizerLimits.Exceeded;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Checks normalizer, pre-tokenizer and decoder of a {@code tokenizer.json}: only kinds that are known, only values with
 * which they neither panic nor grow without end. The kinds are those of tokenizers 0.21.4.
 */
final class TokenizerParts {

    private static final int MOST_PARTS = 64;
    private static final int LONGEST_TEXT = 1_000;
    private static final int LONGEST_CHARSMAP = 4 << 20;

    private static final Map<String, Set<String>> KINDS = Map.of(
            "normalizer",
            Set.of(
                    "Sequence",
                    "BertNormalizer",
                    "Strip",
                    "StripAccents",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Lowercase",
                    "Nmt",
                    "Precompiled",
                    "Replace",
                    "Prepend",
                    "ByteLevel"),
            "pre_tokenizer",
            Set.of(
                    "Sequence",
                    "BertPreTokenizer",
                    "ByteLevel",
                    "CharDelimiterSplit",
                    "Metaspace",
                    "Whitespace",
                    "WhitespaceSplit",
                    "Split",
                    "Punctuation",
                    "Digits",
                    "UnicodeScripts",
                    "FixedLength"),
            "decoder",
            Set.of(
                    "Sequence",
                    "BPEDecoder",
                    "ByteLevel",
                    "WordPiece",
                    "Metaspace",
                    "CTC",
                    "Replace",
                    "Fuse",
                    "Strip",
                    "ByteFallback"));

    private final String place;
    private final TokenizerLimits limits;
    private int parts;

    private TokenizerParts(String place, TokenizerLimits limits) {
        this.place = place;
        this.limits = limits;
    }

    /** Checks one of the three places and all parts inside it. */
    static void check(JsonNode root, String place, TokenizerLimits limits) {
        JsonNode part = root.path(place);
        if (!part.isMissingNode() && !part.isNull()) {
            new TokenizerParts(place, limits).check(part);
        }
    }

    private void check(JsonNode part) {
        String kind = part.path("type").asString("");
        if (!KINDS.getOrDefault(place, Set.of()).contains(kind)) {
            throw new Exceeded("has a " + place + " of the unknown kind '" + kind + "'");
        }
        if (++parts > MOST_PARTS) {
            throw new Exceeded("has more than " + MOST_PARTS + " parts in its " + place);
        }
        part.properties().forEach(entry -> {
            int longest = kind.equals("Precompiled") ? LONGEST_CHARSMAP : 4 * LONGEST_TEXT;
            if (entry.getValue().isString() && entry.getValue().stringValue().length() > longest) {
                throw wrong(kind, "whose " + entry.getKey() + " has more than " + longest + " characters");
            }
        });
        switch (kind) {
            case "Sequence" -> {
                for (String list : new String[] {"normalizers", "pretokenizers", "decoders"}) {
                    part.path(list).forEach(this::check);
                }
            }
            case "Precompiled" -> precompiled(part);
            case "Replace" -> replace(part);
            case "Split" -> expression(part);
            case "Prepend" -> limits.grows(1 + bytes(part.path("prepend")));
            case "Metaspace" -> limits.grows(4);
            case "ByteLevel", "BPEDecoder", "CTC" -> limits.grows(2);
            case "FixedLength" -> {
                JsonNode length = part.path("length");
                if (!length.isMissingNode() && (!length.canConvertToInt() || length.asInt() < 1)) {
                    throw wrong(kind, "of length " + TokenizerPanicGuard.shown(length));
                }
            }
            case "BertNormalizer", "Nmt", "StripAccents" -> limits.removes();
            case "Strip" -> {
                limits.removes();
                if (place.equals("decoder") && (part.path("stop").asDouble(1) != 0)) {
                    throw wrong(kind, "that removes from the end of a token");
                }
            }
            default -> {}
        }
    }

    private void precompiled(JsonNode part) {
        try {
            Charsmap map = Charsmap.read(part.path("precompiled_charsmap").asString(""));
            limits.grows(map.growth());
            limits.removes();
            if (map.deletesLetters()) {
                limits.losesLetters();
            }
        } catch (IllegalArgumentException damaged) {
            throw wrong("Precompiled", "whose charsmap " + damaged.getMessage());
        }
    }

    private void replace(JsonNode part) {
        ExpressionCost cost = expression(part);
        String content = part.path("content").asString("");
        double bytes = bytes(part.path("content"));
        limits.grows(cost.least() == 0 ? 1 + bytes : bytes / cost.least());
        if (cost.letters() && content.chars().noneMatch(ExpressionClass::letter)) {
            limits.losesLetters();
        }
        if (content.isEmpty()) {
            limits.removes();
        }
    }

    private ExpressionCost expression(JsonNode part) {
        String kind = part.path("type").asString("");
        JsonNode pattern = part.path("pattern");
        JsonNode regex = pattern.path("Regex");
        if (pattern.size() != 1 || !(regex.isString() || pattern.path("String").isString())) {
            throw wrong(kind, "whose pattern is neither one String nor one Regex");
        }
        if (!regex.isString()) {
            String text = pattern.path("String").stringValue();
            if (text.length() > LONGEST_TEXT) {
                throw wrong(kind, "whose pattern has more than " + LONGEST_TEXT + " characters");
            }
            boolean letters = text.chars().anyMatch(ExpressionClass::letter);
            return new ExpressionCost((int) bytes(pattern.path("String")), 0, 1, false, letters, true, false);
        }
        try {
            ExpressionCost cost = ExpressionReader.read(regex.stringValue());
            limits.searches(cost);
            return cost;
        } catch (RefusedExpression refused) {
            throw wrong(kind, "whose expression " + TokenizerPanicGuard.shown(regex) + " " + refused.getMessage());
        }
    }

    private static double bytes(JsonNode text) {
        return text.asString("").getBytes(StandardCharsets.UTF_8).length;
    }

    private Exceeded wrong(String kind, String what) {
        return new Exceeded("has a " + place + " of the kind " + kind + " " + what);
    }
}
