package dev.lancet.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.state.StepRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What goes over from the graph with dense twins to the one without. */
class SeamTest {

    private static final Transformer MODEL = Transformer.decoder("seam")
            .vocabulary(11)
            .context(8)
            .width(8)
            .layers(1)
            .attention(Attention.heads(2))
            .feedForward(FeedForward.swiglu(12))
            .build();
    private static final Plan PLAN =
            Plan.of(MODEL, Compression.keepAll().on(Selector.linears()).factorise(Rank.rank(2)));
    private static final TokenIds TEXT = TokenIds.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 5);

    @Test
    void weights_and_all_that_the_optimiser_remembers_of_them_go_over_and_the_twins_do_not() {
        Training training = Training.muon(6, 0.02).batch(2).sequence(6).selfGuided(0.5);
        PassSelection selection = PassSelection.here(training, Set.of());
        TrainingSetup setup = new TrainingSetup(
                MODEL,
                PLAN,
                training,
                6,
                selection,
                new FreshWeights(MODEL, 1).under(PLAN),
                TrainingData.text(TEXT, TokenIds.of(), TrainingTargets.nextTokens()));
        try (TrainingSession session = new DeclaredSession(setup, 0, StepRange.all(training))) {
            for (int step = 0; step < 3; step++) {
                session.prepare(step);
                session.step(step, Optional.empty(), false);
            }
            List<ArraySpec> guided = session.state();
            Map<String, float[]> before = new LinkedHashMap<>();
            guided.forEach(array -> before.put(array.name(), floats(session, array)));
            session.prepare(3);
            assertThat(guided).containsAll(session.state());
            assertThat(session.state())
                    .extracting(ArraySpec::name)
                    .contains("h.0.attn.q.left", "h.0.attn.q.left.m", "embedding.m", "embedding.v", "norm.gain.v")
                    .doesNotContain("h.0.attn.q", "h.0.attn.q.m");
            for (ArraySpec array : session.state()) {
                assertThat(floats(session, array)).as(array.name()).isEqualTo(before.get(array.name()));
            }
            assertThat(before.get("h.0.attn.q.m")).isNotNull();
            assertThat(session.step(3, Optional.empty(), false).finite()).isTrue();
            assertThatThrownBy(() -> session.engine().assign(List.of("h.0.attn.q"), any -> ByteBuffer.allocate(0)))
                    .isInstanceOf(LancetException.class)
                    .hasMessageStartingWith("graph: it has no variable 'h.0.attn.q'");
        }
    }

    private static float[] floats(TrainingSession session, ArraySpec array) {
        List<HostTensor> read = new ArrayList<>();
        session.engine().arrays(List.of(array), read::add);
        return read.get(0).floats();
    }
}
