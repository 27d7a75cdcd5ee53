package dev.lancet.dsl.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KnapsackAllocatorTest {

    private static final List<Precision> PRECISIONS =
            List.of(Precision.float32(), Precision.bfloat16(), Precision.int8(), Precision.int4(32), Precision.nf4(64));

    @Test
    void the_choice_fits_and_loses_hardly_more_than_the_best_of_all() {
        Random random = new Random(7);
        for (int trial = 0; trial < 200; trial++) {
            List<List<StorageOption>> layers = layers(random, 4);
            long most = layers.stream().mapToLong(forms -> forms.get(0).bytes()).sum();
            long least = KnapsackAllocator.least(layers);
            long limit = least + (long) (random.nextDouble() * (most - least));
            List<StorageOption> chosen = KnapsackAllocator.choose(layers, limit).orElseThrow();
            assertThat(bytes(chosen)).isLessThanOrEqualTo(limit);
            // Each layer's bytes are rounded up to one of 5,000 units.
            long rounding = layers.size() * ((limit - least) / 5_000 + 1);
            assertThat(loss(chosen)).isLessThanOrEqualTo(1.000001 * best(layers, 0, Math.max(least, limit - rounding)));
        }
    }

    @Test
    void everything_stays_as_it_is_if_it_fits() {
        List<List<StorageOption>> layers = layers(new Random(1), 3);
        long whole = layers.stream().mapToLong(forms -> forms.get(0).bytes()).sum();
        assertThat(loss(KnapsackAllocator.choose(layers, whole).orElseThrow())).isZero();
    }

    @Test
    void the_smallest_forms_are_chosen_at_the_least_limit_and_nothing_below_it() {
        List<List<StorageOption>> layers = layers(new Random(2), 3);
        long least = KnapsackAllocator.least(layers);
        assertThat(bytes(KnapsackAllocator.choose(layers, least).orElseThrow())).isEqualTo(least);
        assertThat(KnapsackAllocator.choose(layers, least - 1)).isEmpty();
    }

    @Test
    void bytes_go_where_they_lower_the_loss_most() {
        List<StorageOption> deaf = forms("a", 1e-6);
        List<StorageOption> sensitive = forms("b", 1);
        long limit = deaf.get(3).bytes() + sensitive.get(2).bytes();
        List<StorageOption> chosen =
                KnapsackAllocator.choose(List.of(deaf, sensitive), limit).orElseThrow();
        assertThat(chosen.get(1).step().precision()).isEqualTo(Precision.int8());
        assertThat(chosen.get(0).step().precision().bits()).isEqualTo(4);
    }

    private static List<List<StorageOption>> layers(Random random, int count) {
        List<List<StorageOption>> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            layers.add(forms("w" + i, Math.exp(4 * random.nextGaussian())));
        }
        return layers;
    }

    private static List<StorageOption> forms(String name, double sensitivity) {
        Weight weight = new Weight(name, Role.LINEAR, 0, 64, 32 + 16 * (name.hashCode() & 3));
        Step whole = Step.keep(weight, "");
        List<StorageOption> forms = new ArrayList<>();
        double loss = 0;
        for (Precision precision : PRECISIONS) {
            forms.add(new StorageOption(whole.stored(precision, ""), loss));
            loss = sensitivity * (loss == 0 ? 1e-6 : loss / sensitivity * 30);
        }
        return forms;
    }

    private static double best(List<List<StorageOption>> layers, int from, long limit) {
        if (from == layers.size()) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (StorageOption form : layers.get(from)) {
            if (form.bytes() <= limit) {
                best = Math.min(best, form.loss() + best(layers, from + 1, limit - form.bytes()));
            }
        }
        return best;
    }

    private static long bytes(List<StorageOption> forms) {
        return forms.stream().mapToLong(StorageOption::bytes).sum();
    }

    private static double loss(List<StorageOption> forms) {
        return forms.stream().mapToDouble(StorageOption::loss).sum();
    }
}
