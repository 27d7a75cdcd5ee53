package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.chat.ChatTurn;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * Generates texts with one model, one after another. It keeps the keys and values of the last text, so that the next prompt
 * is read only from where it differs: a conversation that grows is not read again. {@link #close()} frees them; the model
 * stays open.
 *
 * <pre>{@code
 * try (TextGenerator generator = model.generator()) {
 *     System.out.println(generator.generate("The Committee", GenerationSettings.of(64), TextListener.of(System.out::print)));
 * }
 * }</pre>
 *
 * <p>The threads are those of the model: one at a time.
 */
public final class TextGenerator implements AutoCloseable {

    private final TextEngine engine;
    private final Optional<DraftModel> draft;
    private Optional<PromptCache> cache = Optional.empty();
    private Optional<PromptCache> proposals = Optional.empty();
    private Optional<ChatTemplate> template = Optional.empty();
    private int changes;

    /** A generator of texts with a model. */
    public TextGenerator(TextEngine engine) {
        this(engine, Optional.empty());
    }

    /**
     * A generator of texts with a model, for which a small model proposes tokens. At temperature 0 the texts are the same as
     * without it. At others they have the same distribution, but the same seed gives another text than without it.
     *
     * @throws LancetException if the vocabularies differ
     */
    public TextGenerator(TextEngine engine, DraftModel draft) {
        this(engine, Optional.of(draft));
        draft.requireSameVocabulary(engine);
    }

    private TextGenerator(TextEngine engine, Optional<DraftModel> draft) {
        this.engine = engine;
        this.draft = draft;
    }

    /**
     * Continues a text.
     *
     * @throws LancetException as {@link #prompt}
     */
    public Generation generate(String prompt, GenerationSettings settings, TextListener listener) {
        return generate(prompt(prompt), settings, listener);
    }

    /**
     * A text to continue.
     *
     * @throws LancetException if the model has no tokenizer, or the text has no token or more than the context
     */
    public EncodedPrompt prompt(String text) {
        return engine.during(() -> {
            Tokenizer own = engine.tokenizer();
            return checked(new EncodedPrompt(text, own.encode(text), ends(own)));
        });
    }

    /**
     * A conversation to continue with an answer of the assistant, in the words of the model's chat template.
     *
     * @param turns the messages so far
     * @throws LancetException also if the model has no chat template, or if the template refuses the conversation
     */
    public EncodedPrompt conversation(List<ChatTurn> turns) {
        return engine.during(() -> {
            Tokenizer own = engine.tokenizer();
            ChatTemplate chat = chat();
            String text = chat.render(turns, true);
            Set<Integer> ends = ends(own);
            chat.end()
                    .map(end -> own.encode(end, false))
                    .filter(ids -> ids.length == 1)
                    .ifPresent(ids -> ends.add(ids[0]));
            return checked(new EncodedPrompt(text, own.encode(text, false), ends));
        });
    }

    private EncodedPrompt checked(EncodedPrompt prompt) {
        engine.limits().check(prompt.ids());
        return prompt;
    }

    /** Whether the model has a chat template, which {@link #conversation} needs. */
    public boolean converses() {
        return template().isPresent();
    }

    private Optional<ChatTemplate> template() {
        if (template.isEmpty()) {
            template = engine.chat();
        }
        return template;
    }

    private ChatTemplate chat() {
        return template()
                .orElseThrow(() ->
                        new LancetException("chat template: " + engine.limits().model()
                                + " has none; put a chat_template.jinja or tokenizer_config.json beside its tokenizer, or continue"
                                + " plain texts"));
    }

    private static Set<Integer> ends(Tokenizer tokenizer) {
        Set<Integer> ends = new TreeSet<>();
        tokenizer.end().ifPresent(ends::add);
        return ends;
    }

    /** Continues a prompt of this generator; {@code listener} receives the text while it is generated. */
    public Generation generate(EncodedPrompt prompt, GenerationSettings settings, TextListener listener) {
        return during(() -> {
            if (proposals.isEmpty()) {
                draft.ifPresent(small -> small.requireSameTokens(engine));
            }
            return continued(prompt, settings, listener);
        });
    }

    /**
     * Continues token ids; the model needs no tokenizer.
     *
     * @param prompt at least one token, at most the context
     * @param most the most tokens to add
     * @param each is called with each new token as soon as it is generated; returns whether to go on
     * @throws LancetException if the model cannot read the prompt
     */
    public TokenGenerator.Tokens generate(int[] prompt, int most, Sampler sampler, IntPredicate each) {
        return during(() -> continued(new EncodedPrompt("", prompt, Set.of()), most, sampler, each));
    }

    private <T> T during(Supplier<T> work) {
        return engine.during(() -> draft.isPresent() ? draft.get().engine().during(work) : work.get());
    }

    private Generation continued(EncodedPrompt prompt, GenerationSettings settings, TextListener listener) {
        GeneratedText text =
                new GeneratedText(engine.tokenizer().streaming(), prompt.ids(), settings.stops(), listener);
        long start = System.nanoTime();
        TokenGenerator.Tokens added = continued(prompt, settings.tokens(), settings.sampler(), text::add);
        double seconds = (System.nanoTime() - start) / 1e9;
        FinishReason end = text.finish(added.end());
        return new Generation(
                prompt.text(),
                prompt.tokens(),
                text.text(),
                added.ids(),
                end,
                added.ids().size() / seconds,
                added.draft());
    }

    private TokenGenerator.Tokens continued(EncodedPrompt prompt, int most, Sampler sampler, IntPredicate each) {
        return new TokenGenerator(engine.limits(), sampler, prompt.ends())
                .generate(source(sampler), prompt.ids(), most, each);
    }

    private TokenSource source(Sampler sampler) {
        int now =
                engine.changes() + draft.map(small -> small.engine().changes()).orElse(0);
        if (changes != now) {
            close();
        }
        changes = now;
        if (cache.isEmpty()) {
            cache = Optional.of(
                    new PromptCache(draft.isPresent() ? engine.openScoringSession() : engine.openSession()));
            proposals = draft.map(small -> new PromptCache(small.engine().openSession()));
        }
        PromptCache large = cache.get();
        return proposals.isEmpty()
                ? new AutoregressiveDecoding(large, sampler)
                : new SpeculativeDecoding(
                        large,
                        proposals.get(),
                        draft.orElseThrow(),
                        engine.limits().context(),
                        sampler);
    }

    /** Frees the keys and values of the last text. */
    @Override
    public void close() {
        cache.ifPresent(PromptCache::close);
        cache = Optional.empty();
        proposals.ifPresent(PromptCache::close);
        proposals = Optional.empty();
    }
}
