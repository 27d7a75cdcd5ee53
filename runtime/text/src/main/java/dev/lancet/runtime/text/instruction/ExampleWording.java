package dev.lancet.runtime.text.instruction;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.PromptTemplate;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.chat.ChatTurn;
import dev.lancet.runtime.text.source.FieldRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Turns rows into the pieces of text that a model sees. */
final class ExampleWording {

    private static final int MOST_TURNS = 1000;

    /** The fields of a prompt, and the field of its answer, in the usual data sets. */
    private enum Form {
        COMPLETION("prompt", "completion"),
        TARGET("context", "target"),
        INSTRUCTION("instruction", "output");

        private final String prompt;
        private final String answer;

        Form(String prompt, String answer) {
            this.prompt = prompt;
            this.answer = answer;
        }

        boolean fits(FieldRow row) {
            return row.fields().containsKey(prompt) && row.fields().containsKey(answer);
        }

        /** The layout of Stanford Alpaca for instructions, without its introduction; the others are prompts already. */
        String prompt(FieldRow row) {
            String text = RowFields.required(row, prompt);
            if (this != INSTRUCTION) {
                return text;
            }
            String input = RowFields.find(row, "input")
                    .filter(it -> !it.isBlank())
                    .map(it -> "### Input:\n" + it + "\n\n")
                    .orElse("");
            return "### Instruction:\n" + text + "\n\n" + input + "### Response:\n";
        }

        /** The request of a user in a chat. */
        String request(FieldRow row) {
            String text = RowFields.required(row, prompt);
            return this != INSTRUCTION
                    ? text
                    : RowFields.find(row, "input")
                            .filter(it -> !it.isBlank())
                            .map(it -> text + "\n\n" + it)
                            .orElse(text);
        }
    }

    private final Instructions.Wording wording;
    private final Optional<PromptTemplate> template;
    private final Optional<ChatTemplate> chat;

    /**
     * The wording of some examples.
     *
     * @param chat the chat template of the model, if it has one
     */
    ExampleWording(Instructions.Wording wording, Optional<ChatTemplate> chat) {
        this.wording = wording;
        this.chat = chat;
        template = wording.template().map(ExampleWording::withFields);
    }

    /**
     * The pieces of a row, alternately without and with loss.
     *
     * @param whole whether they begin as the chat template writes them, so that the tokenizer adds nothing
     */
    record Worded(List<TextPiece> pieces, boolean whole) {}

    Worded of(FieldRow row) {
        if (template.isEmpty() && row.fields().containsKey("messages")) {
            return chat(row, turns(row));
        }
        Optional<Form> form =
                List.of(Form.values()).stream().filter(it -> it.fits(row)).findFirst();
        String answer = wording.label()
                .map(field -> RowFields.required(row, field))
                .or(() -> form.map(it -> RowFields.required(row, it.answer)))
                .orElseThrow(() -> unknown(row));
        if (answer.isBlank()) {
            throw new LancetException(
                    "examples: " + row.where() + " has an empty answer; give it one, or remove this row");
        }
        Form usual = form.orElse(Form.COMPLETION);
        if (wording.chat()) {
            String request = template.map(it -> filled(it, row)).orElseGet(() -> usual.request(row));
            return chat(row, List.of(new ChatTurn("user", request), new ChatTurn("assistant", answer)));
        }
        String prompt = template.map(it -> filled(it, row)).orElseGet(() -> usual.prompt(row));
        return new Worded(List.of(new TextPiece(prompt, false), new TextPiece(answer, true)), false);
    }

    private static PromptTemplate withFields(String text) {
        PromptTemplate template = new PromptTemplate(text);
        if (template.fields().isEmpty()) {
            throw new LancetException("template: '" + text.lines().findFirst().orElse("")
                    + "' has no field; write {name} for a field of the rows");
        }
        return template;
    }

    private static String filled(PromptTemplate template, FieldRow row) {
        return template.fill(name -> RowFields.required(row, name));
    }

    private LancetException unknown(FieldRow row) {
        return new LancetException("examples: " + row.where() + " has the fields "
                + row.fields().keySet()
                + "; expected are prompt and completion, instruction and output, context and target, or messages;"
                + " otherwise say template and label");
    }

    private static List<ChatTurn> turns(FieldRow row) {
        JsonNode messages = row.fields().get("messages");
        List<ChatTurn> turns = new ArrayList<>();
        if (messages == null || !messages.isArray() || messages.isEmpty() || messages.size() > MOST_TURNS) {
            throw new LancetException("examples: " + row.where() + ": messages is not a list of 1 to " + MOST_TURNS
                    + " messages; correct this row");
        }
        for (JsonNode message : messages) {
            if (!message.path("role").isString() || !message.path("content").isString()) {
                throw new LancetException("examples: " + row.where() + ": message " + (turns.size() + 1)
                        + " has no role and content that are texts; correct this row");
            }
            turns.add(new ChatTurn(
                    message.path("role").stringValue(), message.path("content").stringValue()));
        }
        return turns;
    }

    private Worded chat(FieldRow row, List<ChatTurn> turns) {
        ChatTemplate rendering = chat.orElseThrow(() -> new LancetException("examples: " + row.where()
                + " needs a chat template, and the model has none; put the model's tokenizer_config.json or"
                + " chat_template.jinja beside its tokenizer.json, or use prompts and completions"));
        String all = rendered(rendering, row, turns, false);
        List<TextPiece> pieces = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < turns.size(); i++) {
            ChatTurn turn = turns.get(i);
            if (!turn.role().equals("assistant")) {
                continue;
            }
            if (turn.content().isBlank()) {
                throw new LancetException("examples: " + row.where() + " has an empty answer in message " + (i + 1)
                        + "; give it one, or remove this row");
            }
            String before = rendered(rendering, row, turns.subList(0, i), true);
            String after = i + 1 == turns.size() ? all : rendered(rendering, row, turns.subList(0, i + 1), false);
            if (!after.startsWith(before) || !all.startsWith(after) || before.length() < done) {
                throw new LancetException("examples: " + row.where() + ": the chat template writes message " + (i + 1)
                        + " differently once others follow, so its answer has no place in the whole; split the"
                        + " conversation into rows that end with an answer");
            }
            pieces.add(new TextPiece(all.substring(done, before.length()), false));
            pieces.add(new TextPiece(all.substring(before.length(), after.length()), true));
            done = after.length();
        }
        if (pieces.isEmpty()) {
            throw new LancetException("examples: " + row.where()
                    + " has no message of the role assistant, so there is no answer; add one, or remove this row");
        }
        return new Worded(pieces, true);
    }

    private static String rendered(ChatTemplate template, FieldRow row, List<ChatTurn> turns, boolean open) {
        try {
            return template.render(turns, open);
        } catch (LancetException refused) {
            throw new LancetException("examples: " + row.where() + ": " + refused.getMessage(), refused);
        }
    }
}
