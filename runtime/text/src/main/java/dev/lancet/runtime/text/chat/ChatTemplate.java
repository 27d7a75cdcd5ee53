package dev.lancet.runtime.text.chat;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.BoundedFileReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The chat template of a model: a Jinja template that writes a conversation as the model was trained to read it. It is in
 * {@code chat_template.jinja}, or under {@code chat_template} in {@code tokenizer_config.json}. Templates are programs of
 * others, so they run in a sandbox: they reach no files and no Java classes, and their steps, output and time are limited.
 */
public final class ChatTemplate {

    private static final long LARGEST = 1 << 20;
    private static final long LARGEST_CONFIG = 64L << 20;
    private static final int SECONDS = 10;
    private static final List<String> SPECIAL = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    private final String where;
    private final String template;
    private final Map<String, String> special;
    private final JinjaSandbox sandbox = new JinjaSandbox(SECONDS);

    private ChatTemplate(String where, String template, Map<String, String> special) {
        this.where = where;
        this.template = template;
        this.special = Map.copyOf(special);
    }

    /**
     * A template.
     *
     * @param where its file, for messages
     * @param special the texts of special tokens by their names, for example {@code bos_token}
     */
    public static ChatTemplate of(String where, String template, Map<String, String> special) {
        return new ChatTemplate(where, template, special);
    }

    /**
     * The template in a model folder, or empty if it has none.
     *
     * @throws LancetException if a file is damaged or too large
     */
    public static Optional<ChatTemplate> find(Path folder) {
        Path file = folder.resolve("chat_template.jinja");
        Path config = folder.resolve("tokenizer_config.json");
        JsonNode said =
                Files.isRegularFile(config) ? json(config) : JsonMapper.shared().createObjectNode();
        Map<String, String> special = new HashMap<>();
        for (String name : SPECIAL) {
            JsonNode token = said.path(name);
            String text = token.isObject() ? token.path("content").asString("") : token.asString("");
            if (!text.isEmpty()) {
                special.put(name, text);
            }
        }
        if (Files.isRegularFile(file)) {
            return Optional.of(of(file.toString(), text(file, LARGEST), special));
        }
        return named(said.path("chat_template")).map(text -> of(config.toString(), text, special));
    }

    /** The template itself. */
    public String source() {
        return template;
    }

    /** The text of the token that ends an answer, if a file says so. */
    public Optional<String> end() {
        return Optional.ofNullable(special.get("eos_token"));
    }

    /** The template itself, or the one named default in a list of several. */
    private static Optional<String> named(JsonNode template) {
        if (template.isString()) {
            return Optional.of(template.stringValue());
        }
        for (JsonNode one : template) {
            if (one.path("name").asString("").equals("default")
                    && one.path("template").isString()) {
                return Optional.of(one.path("template").stringValue());
            }
        }
        return Optional.empty();
    }

    private static JsonNode json(Path file) {
        try {
            return JsonMapper.shared().readTree(text(file, LARGEST_CONFIG));
        } catch (JacksonException e) {
            throw new LancetException("chat template: " + file + " is not JSON; get the file again", e);
        }
    }

    private static String text(Path file, long largest) {
        return new String(BoundedFileReader.read(file, largest, "chat template"), StandardCharsets.UTF_8);
    }

    /**
     * A conversation as the model reads it.
     *
     * @param open whether the answer of the assistant comes next, so that the text ends where it begins
     * @throws LancetException if the template cannot be used, or refuses this conversation
     */
    public String render(List<ChatTurn> turns, boolean open) {
        Map<String, Object> values = new HashMap<>(special);
        List<Object> messages = new ArrayList<>();
        for (ChatTurn turn : turns) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", turn.role());
            message.put("content", turn.content());
            messages.add(message);
        }
        values.put("messages", messages);
        values.put("add_generation_prompt", open);
        try {
            return sandbox.render(template, values);
        } catch (JinjaSandbox.RefusedException e) {
            throw new LancetException(
                    "chat template: " + where + ": " + e.getMessage()
                            + "; correct the template or the conversation, or use prompts and completions",
                    e);
        }
    }
}
