package dev.lancet.assertj;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.graph.GraphText;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;

class LancetSoftAssertionsTest {

    private static final GraphDef DENSE = GraphText.parse("""
            x = Placeholder [-1,6]
            h.0.up = Variable [6,8]
            h.0.up.out = MatMul(x, h.0.up)
            """);

    private static final Plan PLAN = Plan.of(
            Transformer.decoder("tiny")
                    .vocabulary(16)
                    .context(8)
                    .width(8)
                    .layers(1)
                    .attention(Attention.heads(2))
                    .feedForward(FeedForward.swiglu(12))
                    .build(),
            Compression.keepAll().on(Selector.everything()).quantize(Precision.int8()));

    @TempDir
    private Path folder;

    @Test
    void all_failures_are_reported_together() {
        LancetSoftAssertions softly = new LancetSoftAssertions();

        softly.assertThat(DENSE)
                .as("dense")
                .hasNoOp("MatMul")
                .hasOp("Softmax")
                .isEqualTo(GraphDef.getDefaultInstance());
        softly.assertThat(DENSE).hasLinear("h.*.up").factoredAtRank(3).quantizedTo(8);
        softly.assertThat(DENSE).hasLinear("nothing").factoredAtRank(3);
        softly.assertThat(PLAN).storesAtMost(10).shrinksBy(100).isGolden("no.plan", new GoldenGraphs(folder, false));
        softly.assertThat(1).isEqualTo(2);

        assertThat(softly.errorsCollected())
                .extracting(error -> error.getMessage().lines().findFirst().orElse(""))
                .satisfiesExactly(
                        first -> assertThat(first).contains("[dense] graph: h.0.up.out is a MatMul"),
                        second -> assertThat(second).contains("[dense] graph: no node is a Softmax"),
                        third -> assertThat(third).contains("[dense]"),
                        fourth -> assertThat(fourth).contains("h.0.up is in one piece, not factored at rank 3"),
                        fifth -> assertThat(fifth).contains("h.0.up is stored in 32 bits, not 8"),
                        sixth -> assertThat(sixth).contains("no weight is called nothing"),
                        seventh -> assertThat(seventh).contains("plan: tiny takes 1,"),
                        eighth -> assertThat(eighth).contains(" times smaller, not 100.00 times"),
                        ninth -> assertThat(ninth).contains("golden: there is no no.plan yet"),
                        tenth -> {});
        assertThatThrownBy(softly::assertAll).isInstanceOf(AssertionError.class);
    }

    @Test
    void assertions_that_hold_collect_nothing() {
        LancetSoftAssertions softly = new LancetSoftAssertions();

        softly.assertThat(DENSE)
                .hasOp("MatMul")
                .hasLinear("h.0.up")
                .inOnePiece()
                .quantizedTo(32);
        softly.assertThat(PLAN).shrinksBy(1).isGolden("tiny.plan", new GoldenGraphs(folder, true));
        softly.assertThat(PLAN).isGolden("tiny.plan", new GoldenGraphs(folder, false));

        softly.assertAll();
        assertThat(folder.resolve("tiny.plan"))
                .content()
                .startsWith("# lancet plan text 1\nmodel = tiny\nembedding = [16, 8] ")
                .contains("\ntotal.changed = ");
    }
}
