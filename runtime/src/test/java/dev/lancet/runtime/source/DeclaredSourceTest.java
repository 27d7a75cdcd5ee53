package dev.lancet.runtime.source;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.compress.CompressionJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeclaredSourceTest {

    private static final Transformer TINY = Transformer.decoder("tiny")
            .vocabulary(40)
            .context(16)
            .width(16)
            .layers(1)
            .attention(heads(2))
            .feedForward(swiglu(32))
            .build();
    private static final Compression MLP =
            Compression.keepAll().on(Selector.feedForward()).quantize(Precision.int8());

    @TempDir
    Path folder;

    /** Weights that are all bfloat16 values, in float32 as a reader gives them. */
    private static Weights halves() {
        WeightsInMemory halves = new WeightsInMemory();
        new FreshWeights(TINY, 1).under(Plan.dense(TINY)).copyTo(tensor -> {
            float[] values = tensor.floats();
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff_0000);
            }
            halves.accept(HostTensor.of(tensor.spec(), values));
        });
        return halves;
    }

    private static ModelSource source(Dtype dtype) {
        return DeclaredSource.of(new Checkpoint(TINY, Plan.dense(TINY), halves(), Optional.empty(), List.of(), dtype));
    }

    @Test
    void what_a_plan_keeps_of_a_bfloat16_checkpoint_stays_bfloat16_without_loss() {
        ModelSource source = source(Dtype.BF16);
        CompressionJob job = new CompressionJob(source, Progress.silent());
        Plan plan = job.plan(MLP);
        assertThat(plan.step("embedding").precision()).isEqualTo(Precision.bfloat16());
        assertThat(plan.step("h.0.mlp.up").precision()).isEqualTo(Precision.int8());
        assertThat(plan.changedSince(source.stored())).hasSize(3);
        List<Fidelity> losses = job.write(plan, folder.resolve("out"));
        assertThat(losses).extracting(Fidelity::weight).allMatch(name -> name.startsWith("h.0.mlp."));
        Weights written = Checkpoint.open(folder.resolve("out")).weights();
        for (ArraySpec array : plan.arrays()) {
            if (array.type() == ArraySpec.Type.BFLOAT16) {
                byte[] half = written.read(array.name()).toArray();
                byte[] whole = halves().read(array.name()).toArray();
                assertThat(half).hasSize(whole.length / 2);
                for (int i = 0; i < half.length; i++) {
                    assertThat(half[i]).isEqualTo(whole[i / 2 * 4 + 2 + i % 2]);
                }
            }
        }
        assertThat(plan.bytesAfter()).isEqualTo(written.bytes());
    }

    @Test
    void a_budget_counts_kept_matrices_with_the_bytes_that_they_will_have() {
        Plan stored = source(Dtype.BF16).stored();
        long vectors =
                stored.vectors().stream().mapToLong(vector -> vector.bytes()).sum();
        assertThat(stored.bytesAfter() - vectors).isEqualTo((Plan.dense(TINY).bytesAfter() - vectors) / 2);
    }

    @Test
    void float16_and_float32_stay_float32() {
        for (Dtype dtype : new Dtype[] {Dtype.F16, Dtype.F32}) {
            Plan plan = new CompressionJob(source(dtype), Progress.silent()).plan(MLP);
            assertThat(plan.step("embedding").precision()).isEqualTo(Precision.float32());
        }
    }

    @Test
    void a_running_model_has_float32_weights_as_before() {
        ModelSource source = source(Dtype.BF16);
        assertThat(source.plan()).isEqualTo(Plan.dense(TINY));
        source.weights().require(source.plan());
    }
}
