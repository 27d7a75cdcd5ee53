package dev.lancet.runtime;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.Corpora;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.instruction.InstructionReader;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Converts between text and tokens for a model: with its own tokenizer, or with that of the first corpus it gets. */
final class ModelTokenizer {

    private static final Path HERE = Path.of("");

    private final Transformer transformer;
    private Optional<Tokenizer> tokenizer;
    private Optional<Path> kept = Optional.empty();

    ModelTokenizer(Transformer transformer, Optional<Tokenizer> tokenizer) {
        this.transformer = transformer;
        this.tokenizer = tokenizer;
    }

    Optional<Tokenizer> tokenizer() {
        return tokenizer;
    }

    /** The tokenizer, or an error that ends with what else to give. */
    Tokenizer required(String instead) {
        return tokenizer.orElseThrow(() -> new LancetException("tokenizer: " + transformer.name()
                + " has none; put a tokenizer.json or tok*.bin beside the model" + instead));
    }

    void use(Tokenizer given) {
        tokenizer = Optional.of(given);
    }

    /** The file of the tokenizer, to be copied beside a saved model. */
    Optional<Path> source() {
        return tokenizer.flatMap(Tokenizer::source);
    }

    /** Keeps learnt tokenizers and token ids in a folder. */
    void keepIn(Optional<Path> folder) {
        kept = folder;
    }

    /** The folder where they are kept. */
    Optional<Path> kept() {
        return kept;
    }

    /** Tokenizes with the model's own tokenizer if it has one; otherwise the corpus's tokenizer becomes its own. */
    TokenText read(Corpus corpus, Progress progress) {
        TokenText text = kept.map(Corpora::keptIn)
                .orElseGet(Corpora::inMemory)
                .progress(progress)
                .read(corpus, HERE, tokenizer);
        use(text.tokenizer());
        text.checkFits(transformer.vocabulary());
        return text;
    }

    /**
     * Examples, encoded by the model's own tokenizer and worded by the chat template beside it.
     *
     * @param places the most inputs of a sequence
     * @param shown receives every example
     */
    InstructionText read(
            Instructions examples, int places, Progress progress, Consumer<InstructionReader.Shown> shown) {
        InstructionText text = new InstructionReader(own(), chat(), places).read(examples, HERE, progress, shown);
        text.checkFits(transformer.vocabulary());
        return text;
    }

    /** The chat template beside the tokenizer, or empty if there is none. */
    Optional<ChatTemplate> chat() {
        return source().map(Path::toAbsolutePath).map(Path::getParent).flatMap(ChatTemplate::find);
    }

    /** The tokenizer, or an error that names token ids as the way out. */
    Tokenizer own() {
        return required(", or give token ids");
    }
}
