package dev.lancet.runtime;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.generate.GeneratedText;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationEnd;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.PromptCache;
import dev.lancet.runtime.generate.TextReader;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.chat.ChatTurn;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Generates texts with one model, one after another. It keeps the keys and values of the last text, so that the next prompt
 * is read only from where it differs: a conversation that grows is not read again. {@link #close()} frees them; the model
 * stays open.
 *
 * <pre>{@code
 * try (TextGenerator generator = model.generator()) {
 *     System.out.println(generator.generate("The Committee", GenerationSettings.of(64), TextReader.of(System.out::print)));
 * }
 * }</pre>
 *
 * <p>The threads are those of the model: one at a time.
 */
public final class TextGenerator implements AutoCloseable {

    private final Transformer transformer;
    private final ModelTokenizer tokenizer;
    private final ModelUse use;
    private final Inference inference;
    private Optional<PromptCache> cache = Optional.empty();
    private Optional<ChatTemplate> template = Optional.empty();
    private int changes;

    TextGenerator(Transformer transformer, ModelTokenizer tokenizer, ModelUse use, Inference inference) {
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.use = use;
        this.inference = inference;
    }

    /**
     * Continues a text.
     *
     * @throws LancetException if the model has no tokenizer, or the prompt has no token or more than the context
     */
    public Generation generate(String prompt, GenerationSettings settings, TextReader reader) {
        return use.during("generation", () -> {
            Tokenizer own = tokenizer.own();
            return generate(prompt, own.encode(prompt), ends(own), settings, reader);
        });
    }

    /**
     * Answers a conversation, which the chat template of the model puts into words.
     *
     * @param turns the messages so far; the answer is that of the assistant
     * @throws LancetException also if the model has no chat template, or if the template refuses the conversation
     */
    public Generation answer(List<ChatTurn> turns, GenerationSettings settings, TextReader reader) {
        return use.during("generation", () -> {
            Tokenizer own = tokenizer.own();
            ChatTemplate chat = chat();
            String prompt = chat.render(turns, true);
            Set<Integer> ends = ends(own);
            chat.end()
                    .map(text -> own.encode(text, false))
                    .filter(ids -> ids.length == 1)
                    .ifPresent(ids -> ends.add(ids[0]));
            return generate(prompt, own.encode(prompt, false), ends, settings, reader);
        });
    }

    /** Whether the model has a chat template, which {@link #answer} needs. */
    public boolean answers() {
        return template().isPresent();
    }

    private Optional<ChatTemplate> template() {
        if (template.isEmpty()) {
            template = tokenizer.chat();
        }
        return template;
    }

    private ChatTemplate chat() {
        return template().orElseThrow(() -> new LancetException("chat template: " + transformer.name()
                + " has none; put a chat_template.jinja or tokenizer_config.json beside its tokenizer, or continue"
                + " plain texts"));
    }

    private static Set<Integer> ends(Tokenizer tokenizer) {
        Set<Integer> ends = new TreeSet<>();
        tokenizer.end().ifPresent(ends::add);
        return ends;
    }

    private Generation generate(
            String prompt, int[] ids, Set<Integer> ends, GenerationSettings settings, TextReader reader) {
        TokenIdChecks.check(ids, transformer.vocabulary(), "prompt");
        GeneratedText text = new GeneratedText(tokenizer.own().streaming(), ids, settings.stops(), reader);
        long start = System.nanoTime();
        TokenGenerator.Tokens added =
                new TokenGenerator(transformer, settings.sampler(), ends).generate(cache(), ids, settings.tokens(), text::add);
        double seconds = (System.nanoTime() - start) / 1e9;
        GenerationEnd end = text.finish(added.end());
        return new Generation(
                prompt, ids.length, text.text(), added.ids(), end, added.ids().size() / seconds);
    }

    private PromptCache cache() {
        if (changes != inference.changes()) {
            close();
        }
        if (cache.isEmpty()) {
            cache = Optional.of(new PromptCache(inference.text()));
            changes = inference.changes();
        }
        return cache.get();
    }

    /** Frees the keys and values of the last text. */
    @Override
    public void close() {
        cache.ifPresent(PromptCache::close);
        cache = Optional.empty();
    }
}
