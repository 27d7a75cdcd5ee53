package dev.lancet.samples;

import static dev.lancet.Lancet.head;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The samples do what they say, on a text and a number of steps that are over at once. */
class TrainAndCutTest {

    private static final String TEXT = "data/README.md";

    @Test
    void the_java_sample_tells_its_story() {
        assertThat(told(out -> TrainAndCut.tell(TEXT, 2, out))).contains(" bytes\nperplexity ", "1,714,688 -> ");
    }

    @Test
    void the_kotlin_sample_tells_its_story() {
        assertThat(told(out -> TrainAndCutKt.trainAndCut(TEXT, 2, out))).contains(" bytes\nperplexity ", "1714688 -> ");
    }

    @Test
    void what_may_not_be_there_is_null_in_kotlin_and_nothing_else_is() {
        Transformer gpt = Transformer.preset("gpt2-127m");
        Compression diet = Compression.keepAll().on(head().or(named("h.3.*"))).quantize(int8());

        assertThat(TrainAndCutKt.changedNames(gpt, diet)).hasSize(6).startsWith("h.3.attn.q");
        assertThat(TrainAndCutKt.firstChanged(gpt, diet)).isEqualTo("h.3.attn.q");
        assertThat(TrainAndCutKt.firstChanged(gpt, Compression.keepAll())).isNull();
    }

    private static String told(Consumer<PrintStream> story) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        story.accept(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
