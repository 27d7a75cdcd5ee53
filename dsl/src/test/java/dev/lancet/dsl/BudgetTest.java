package dev.lancet.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lancet.Lancet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetTest {

    @ParameterizedTest
    @CsvSource({
        "600MB, 600000000, 600MB",
        "1.5GB, 1500000000, 1500MB",
        "590MiB, 618659840, 590MiB",
        "2 gib, 2147483648, 2GiB",
        "7b, 7, 7B",
        "0.0015kB, 1, 1B",
        "3KiB, 3072, 3KiB",
    })
    void bytes_have_a_unit(String text, long bytes, String canonical) {
        assertThat(Budget.parse(text)).isEqualTo(new Budget.Bytes(bytes)).hasToString(canonical);
    }

    @Test
    void a_factor_is_of_the_dense_model() {
        assertThat(Budget.parse("2.64x")).isEqualTo(new Budget.Times(2.64)).hasToString("2.64x");
        assertThat(Budget.parse("2.64X").of(264)).isEqualTo(100);
        assertThat(Budget.parse("3x")).hasToString("3x");
        assertThat(Budget.parse("600MB").of(1)).isEqualTo(600_000_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "600     | budget: '600'; write bytes with a unit, how many times smaller, or bits per weight, for example 600MB, 590MiB, 2.64x or 4.5bpw",
                "-1MB    | budget: '-1MB'; write bytes with a unit, how many times smaller, or bits per weight, for example 600MB, 590MiB, 2.64x or 4.5bpw",
                "small   | budget: 'small'; write bytes with a unit, how many times smaller, or bits per weight, for example 600MB, 590MiB, 2.64x or 4.5bpw",
                "0MB     | budget: 0 bytes; it must be at least 1",
                "0.5x    | budget: 0.5x; it says how many times smaller the model must be, so choose at least 1",
                "0bpw    | budget: 0.0 bits per weight; it must be more than 0 and at most the 32 of float32",
                "33bpw   | budget: 33.0 bits per weight; it must be more than 0 and at most the 32 of float32",
                "99999999999GB | budget: 99999999999GB is larger than any model; choose a smaller one",
            })
    void a_text_that_is_no_budget_is_rejected(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Budget.parse(text))
                .withMessage(message);
    }

    @Property
    void the_text_of_bytes_reads_back(@ForAll @LongRange(min = 1) long bytes) {
        Budget budget = new Budget.Bytes(bytes);

        assertThat(Budget.parse(budget.toString())).isEqualTo(budget);
    }

    @Test
    void bits_per_weight_count_all_bytes_of_the_model_and_the_parameters_of_its_original() {
        Budget budget = Lancet.bitsPerWeight(4.5);
        assertThat(Budget.parse("4.5bpw")).isEqualTo(budget).hasToString("4.5bpw");
        assertThat(Compression.keepAll().within(budget))
                .hasToString("Compression.keepAll()\n    .within(budget(\"4.5bpw\"))");
        // 1,000 parameters take 4,000 bytes in float32; 4.5 bits for each are 562.5 bytes.
        assertThat(budget.of(4_000)).isEqualTo(562);
        assertThat(Lancet.bitsPerWeight(32).of(4_000)).isEqualTo(4_000);
    }
}
