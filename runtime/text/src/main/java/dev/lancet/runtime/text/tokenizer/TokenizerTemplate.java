package dev.lancet.runtime.text.tokenizer;

import dev.lancet.runtime.text.tokenizer.TokenizerLimits.Exceeded;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Checks the post-processor of a {@code tokenizer.json}: what it puts around a text. */
final class TokenizerTemplate {

    private static final Set<String> KINDS =
            Set.of("Sequence", "RobertaProcessing", "BertProcessing", "ByteLevel", "TemplateProcessing");
    private static final int MOST_PIECES = 256;
    private static final int MOST_PROCESSORS = 16;

    private final int vocabulary;
    private int processors;

    private TokenizerTemplate(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    /**
     * Checks the post-processor and all inside it.
     *
     * @param vocabulary number of ids; what is put around a text must be among them
     */
    static void check(JsonNode root, int vocabulary) {
        JsonNode part = root.path("post_processor");
        if (!part.isMissingNode() && !part.isNull()) {
            new TokenizerTemplate(vocabulary).check(part);
        }
    }

    private void check(JsonNode part) {
        String kind = part.path("type").asString("");
        if (!KINDS.contains(kind)) {
            throw new Exceeded("has a post_processor of the unknown kind '" + kind + "'");
        }
        if (++processors > MOST_PROCESSORS) {
            throw new Exceeded("has more than " + MOST_PROCESSORS + " post-processors");
        }
        switch (kind) {
            case "Sequence" -> part.path("processors").forEach(this::check);
            case "TemplateProcessing" -> {
                tokens(part.path("special_tokens"));
                template(part, "single", Set.of("A"));
                template(part, "pair", Set.of("A", "B"));
            }
            case "RobertaProcessing", "BertProcessing" -> {
                id(part.path("sep").path(1));
                id(part.path("cls").path(1));
            }
            default -> {}
        }
    }

    private void tokens(JsonNode tokens) {
        for (JsonNode token : tokens) {
            if (token.path("ids").size() > MOST_PIECES
                    || token.path("ids").size() != token.path("tokens").size()) {
                throw new Exceeded("has a special token " + TokenizerPanicGuard.shown(token.path("id")) + " of "
                        + token.path("ids").size() + " ids and "
                        + token.path("tokens").size() + " texts");
            }
            token.path("ids").forEach(this::id);
        }
    }

    private void id(JsonNode id) {
        if (!id.canConvertToInt() || id.asInt() < 0 || id.asInt() >= vocabulary) {
            throw new Exceeded(
                    "puts the id " + TokenizerPanicGuard.shown(id) + " around a text, but has " + vocabulary + " ids");
        }
    }

    /** The library indexes its texts and tokens without looking, and multiplies a text that it names twice. */
    private void template(JsonNode part, String name, Set<String> texts) {
        JsonNode pieces = part.path(name);
        if (!pieces.isArray() || pieces.size() > MOST_PIECES) {
            throw new Exceeded("has a template '" + name + "' that is no list of at most " + MOST_PIECES + " pieces");
        }
        int added = 0;
        Set<String> left = new java.util.HashSet<>(texts);
        for (JsonNode piece : pieces) {
            String text = piece.path("Sequence").path("id").asString("");
            String token = piece.path("SpecialToken").path("id").asString("");
            JsonNode ids = part.path("special_tokens").path(token).path("ids");
            added += ids.size();
            if (piece.size() != 1 || (piece.has("Sequence") ? !left.remove(text) : !ids.isArray())) {
                throw new Exceeded("has a template '" + name + "' with " + TokenizerPanicGuard.shown(piece)
                        + "; it may name each of " + new java.util.TreeSet<>(texts)
                        + " once, and tokens of its special_tokens");
            }
        }
        if (added > MOST_PIECES) {
            throw new Exceeded("puts " + added + " ids around a text, above the limit of " + MOST_PIECES);
        }
    }
}
