package dev.lancet.runtime.train;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import org.junit.jupiter.api.Test;

class BatchShardTest {

    private static TrainingForm form(Compression compression) {
        Transformer model = Transformer.decoder("tiny")
                .vocabulary(16)
                .context(8)
                .width(8)
                .layers(1)
                .attention(heads(2))
                .feedForward(swiglu(16))
                .build();
        return TrainingForm.at(0, Plan.of(model, compression), adamW(4, 1e-3));
    }

    @Test
    void each_worker_has_the_rows_after_those_of_the_worker_before() {
        assertThat(new BatchShard(0, 2).first(6)).isZero();
        assertThat(new BatchShard(1, 2).first(6)).isEqualTo(3);
        assertThat(new BatchShard(1, 2).rows(6)).isEqualTo(3);
    }

    @Test
    void a_batch_that_the_workers_do_not_divide_is_refused() {
        assertThatThrownBy(() -> new BatchShard(0, 4).rows(6))
                .isInstanceOf(LancetException.class)
                .hasMessage("batch: 6 sequences cannot be shared by 4 workers; choose a batch that the number of"
                        + " workers divides");
    }

    @Test
    void dropout_is_refused_where_several_workers_would_draw_the_same() {
        TrainingForm dropping = form(Compression.keepAll().on(attention()).adapt(lora(2).dropout(0.1)));
        TrainingForm keeping = form(Compression.keepAll().on(attention()).adapt(lora(2)));

        assertThatThrownBy(() -> new BatchShard(1, 2).require(dropping))
                .isInstanceOf(LancetException.class)
                .hasMessage("dropout: the adapters would lose the same inputs at all 2 workers; train with one worker,"
                        + " or leave dropout out");
        assertThatCode(() -> new BatchShard(0, 1).require(dropping)).doesNotThrowAnyException();
        assertThatCode(() -> new BatchShard(1, 2).require(keeping)).doesNotThrowAnyException();
    }
}
