package dev.lancet.tests.fuzz;

import static dev.lancet.dsl.recipe.Instructions.instructions;

import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.instruction.InstructionReader;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows with prompts and answers, and the chat templates that word them. */
final class PromptExamples {

    private static final Path TEMPLATES = Path.of("src/test/resources/fixtures/chat-templates");
    private static final Damage JSON =
            ((Damage) Damage::blind).or(new JsonDamage().or(new JsonDamage())).often();
    private static final int PLACES = 48;

    private static final String PROMPTS = """
            {"instruction": "Is the tone up or down?", "input": "Rates rose.", "output": "up"}
            {"instruction": "Is the tone up or down?", "input": "", "output": "down"}
            {"context": "Rates fell. Answer:", "target": "down"}
            {"prompt": "1 + 1 =", "completion": 2}
            """;
    private static final String CONVERSATIONS = """
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Rates?"}, \
            {"role": "assistant", "content": "Up."}, {"role": "user", "content": "And jobs?"}, \
            {"role": "assistant", "content": "Down."}]}
            {"messages": [{"role": "user", "content": "Prices?"}, {"role": "assistant", "content": "Flat."}]}
            """;
    private static final String ARRAY = """
            [{"instruction": "Add.", "input": "1 1", "output": "2"}, {"instruction": "Greet.", "output": "Hello"}]
            """;
    static final String CLASSES = "text,label,id\n\"Rates, they rose\",up,1\nRates fell,down,2\n"
            + "\"a \"\"word\"\"\",flat,3\nJobs rose,up,4\nJobs fell,down,5\n";

    private PromptExamples() {}

    static List<Sample> examples(Path scratch) throws IOException {
        Sample.Opening prompts = file -> read(file, TEMPLATES.resolve("chatml.jinja"), instructions(file.toString()));
        Sample.Opening classes = file -> read(
                file,
                TEMPLATES.resolve("llama2.jinja"),
                instructions(file.toString())
                        .template("{text}: up, down or flat?")
                        .label("label")
                        .chat()
                        .cut());
        Damage rows = ((Damage) Damage::blind).often();
        return List.of(
                Sample.alone(bytes(PROMPTS), JSON, scratch.resolve("prompts.jsonl"), prompts),
                Sample.alone(bytes(ARRAY), JSON, scratch.resolve("array.json"), prompts),
                conversations(scratch, "zephyr.jinja"),
                conversations(scratch, "llama2.jinja"),
                conversations(scratch, "chatml.jinja"),
                Sample.alone(bytes(CLASSES), rows, scratch.resolve("classes.csv"), classes));
    }

    private static Sample conversations(Path scratch, String template) throws IOException {
        return Sample.alone(
                bytes(CONVERSATIONS),
                JSON,
                scratch.resolve(template + ".jsonl"),
                file -> read(file, TEMPLATES.resolve(template), instructions(file.toString())));
    }

    private static Runnable read(Path file, Path template, Instructions examples) {
        try {
            ChatTemplate chat =
                    ChatTemplate.of(template.toString(), Files.readString(template), Map.of("eos_token", "</s>"));
            return read(file.toAbsolutePath().getParent(), Optional.of(chat), examples.holdOut(0.3));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Runnable read(Path folder, Optional<ChatTemplate> chat, Instructions examples) {
        List<Object> shown = new ArrayList<>();
        Object text = new InstructionReader(
                        Tokenizer.bytes(), chat, examples.fit().cut() ? PLACES : 100_000)
                .read(examples, folder, Progress.silent(), shown::add);
        return () -> Sample.print(text, shown);
    }

    static List<Sample> templates(Path scratch) throws IOException {
        List<Sample> samples = new ArrayList<>();
        Damage damage =
                new TemplateDamage().or(new TemplateDamage().or(Damage::blind)).often();
        for (String name : List.of("macro", "llama2", "llama3", "gemma")) {
            Path good = model(scratch.resolve("good-" + name));
            // A template that tells the number of messages, or their last, has no place for an answer in the whole.
            String template = Files.readString(TEMPLATES.resolve(name + ".jinja"))
                    .replace("/{{ loop.length }}", "")
                    .replace("{%- if not loop.last %} |{% endif %}", "")
                    .replace("{{ '\\n[ASSISTANT]' }}", "");
            Files.writeString(good.resolve("chat_template.jinja"), template);
            Path folder = scratch.resolve(name);
            samples.add(Sample.inFolder(good, "chat_template.jinja", damage, folder, PromptExamples::worded));
        }
        Path good = model(scratch.resolve("good-config"));
        samples.add(Sample.inFolder(
                good, "tokenizer_config.json", JSON, scratch.resolve("config"), PromptExamples::worded));
        return samples;
    }

    private static Path model(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("rows.jsonl"),
                CONVERSATIONS.lines().skip(1).toList().get(0) + "\n");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\", \"lstrip\": false}, \"chat_template\":"
                        + " [{\"name\": \"default\", \"template\": \"{% for m in messages %}{{ bos_token + m.role + m.content"
                        + " }}{% endfor %}{% if add_generation_prompt %}{{ bos_token + 'assistant' }}{% endif %}\"}]}");
        return folder;
    }

    private static Runnable worded(Path folder) {
        return read(
                folder,
                ChatTemplate.find(folder),
                instructions(folder.resolve("rows.jsonl").toString()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
