package dev.lancet.dsl.plan;

import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.byBudget;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.preset;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What a budget makes of the ranks that are left to it. */
class BudgetPlanTest {

    private static final Transformer MINI = Transformer.decoder("mini")
            .vocabulary(50)
            .context(32)
            .width(24)
            .layers(2)
            .attention(heads(4).kv(2))
            .feedForward(swiglu(40))
            .build();

    private static final Compression LINEARS =
            Compression.keepAll().on(linears()).factorise(byBudget());

    @Test
    void the_largest_equal_share_that_fits_is_taken_where_no_singular_values_are_known() {
        Plan plan = Plan.of(preset("gpt2-1.5b"), LINEARS.within(budget("2.64x")));

        assertThat(plan.compression()).isBetween(2.64, 2.65);
        assertThat(plan.step("h.0.attn.q").rank()).hasValue(275);
        assertThat(plan.step("h.47.mlp.up").rank()).hasValue(440);
        assertThat(plan.step("h.0.attn.q").because())
                .isEqualTo("on(linears()).factorise(byBudget()): 0.3445 of all parameters fit 2.64x");
    }

    @Test
    void if_bits_alone_suffice_no_rank_is_chosen() {
        Compression diet = Compression.keepAll()
                .on(everything())
                .factorise(byBudget(), int8())
                .within(budget("3x"));

        Plan plan = Plan.of(preset("gpt2-127m"), diet);

        assertThat(plan.steps()).allMatch(step -> step.rank().isEmpty());
        assertThat(plan.step("h.0.attn.q").because())
                .isEqualTo("on(everything()).factorise(byBudget(), int8): fits 3x, stays in one piece");
        assertThat(plan.step("embedding").because())
                .isEqualTo("on(everything()).factorise(byBudget(), int8): a table, stays in one piece");
    }

    @Test
    void tables_are_factorized_on_request() {
        Compression diet = Compression.keepAll()
                .on(everything())
                .factorise(byBudget().withTables())
                .within(budget("4x"));

        assertThat(Plan.of(MINI, diet).step("embedding").rank()).isPresent();
    }

    @Test
    void clauses_after_it_decide_what_they_select() {
        Compression diet = LINEARS.on(feedForward())
                .factorise(rank(3), int4(32))
                .on(embedding())
                .quantize(int8())
                .within(budget("4x"));

        Plan plan = Plan.of(MINI, diet);

        assertThat(plan.bytesAfter()).isLessThanOrEqualTo(plan.bytesBefore() / 4);
        assertThat(plan.step("h.0.mlp.up").rank()).hasValue(3);
        assertThat(plan.step("embedding").precision()).isEqualTo(int8());
        assertThat(plan.step("h.0.attn.q").precision()).isEqualTo(Precision.float32());
        assertThat(plan.step("h.0.attn.q").rank()).isPresent();
    }

    @Test
    void a_budget_that_cannot_be_met_names_the_least_bytes() {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Plan.of(preset("gpt2-127m"), LINEARS.within(budget("100MB"))))
                .withMessage("budget: 100MB allows gpt2-127m 100,000,000 bytes, but these rules need at least"
                        + " 158,684,160; allow more, use fewer bits, or let the budget also choose the rank of"
                        + " embedding,"
                        + " which takes 154,389,504 bytes");
    }

    @Test
    void a_budget_without_ranks_of_its_own_is_a_limit() {
        Compression diet = Compression.keepAll().on(everything()).quantize(int8());

        assertThat(Plan.of(MINI, diet.within(budget("2x")))).isEqualTo(Plan.of(MINI, diet));
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Plan.of(MINI, diet.within(budget("9x"))))
                .withMessageStartingWith("budget: 9x allows mini ");
    }

    @Test
    void a_rank_by_budget_needs_one() {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Plan.of(MINI, LINEARS))
                .withMessage("budget: on(linears()).factorise(byBudget()) needs a budget to choose its rank; add"
                        + " .within(budget(\"2.64x\"))");
    }

    @Test
    void it_is_a_value_with_a_text() {
        Compression diet = LINEARS.within(budget("600MB"));

        assertThat(diet)
                .isEqualTo(LINEARS.within(budget("1x")).within(new Budget.Bytes(600_000_000)))
                .isEqualTo(Compression.keepAll().within(budget("2x")).plus(diet))
                .hasToString("Compression.keepAll()\n    .on(linears()).factorise(byBudget())\n   "
                        + " .within(budget(\"600MB\"))");
        assertThat(diet.plus(Compression.keepAll()).budget()).hasValue(budget("600MB"));
        assertThat(LINEARS.within(budget("600MB")).keepsAll()).isFalse();
        assertThat(Compression.keepAll().keepsAll()).isTrue();
    }

    @Property(tries = 200)
    void a_plan_fits_and_never_passes_break_even(
            @ForAll("ranks") Rank.ByBudget rank,
            @ForAll("precisions") Precision precision,
            @ForAll @DoubleRange(max = 1) double place,
            @ForAll @LongRange(max = 3) long spectra) {
        Budget limit = new Budget.Bytes(between(rank, precision, place));
        Plan plan = plan(rank, precision, limit, spectra);

        assertThat(plan.bytesAfter()).isLessThanOrEqualTo(limit.of(0));
        assertThat(plan.steps())
                .allMatch(step -> step.rank().orElse(0) < step.weight().breakEvenRank());
    }

    @Property(tries = 200)
    void a_larger_budget_never_takes_a_rank(
            @ForAll("ranks") Rank.ByBudget rank,
            @ForAll("precisions") Precision precision,
            @ForAll @DoubleRange(max = 1) double one,
            @ForAll @DoubleRange(max = 1) double other,
            @ForAll @LongRange(max = 3) long spectra) {
        Plan small = plan(rank, precision, new Budget.Bytes(between(rank, precision, Math.min(one, other))), spectra);
        Plan large = plan(rank, precision, new Budget.Bytes(between(rank, precision, Math.max(one, other))), spectra);

        for (int i = 0; i < small.steps().size(); i++) {
            assertThat(ranks(large).get(i)).isGreaterThanOrEqualTo(ranks(small).get(i));
        }
    }

    @Test
    void bytes_go_to_the_layers_where_they_keep_the_most_energy() {
        Compression diet = LINEARS.within(budget("2x"));
        Spectra flatExceptQ = new Spectra(MINI.weights().stream()
                .filter(weight -> weight.role().linear())
                .collect(Collectors.toMap(
                        Weight::name, weight -> IntStream.range(0, Math.min(weight.rows(), weight.columns()))
                                .mapToObj(i -> weight.name().endsWith("attn.q") ? Math.pow(0.3, i) : 1.0)
                                .toList())));

        Plan plan = Plan.of(MINI, diet, flatExceptQ);

        assertThat(plan.bytesAfter()).isLessThanOrEqualTo(plan.bytesBefore() / 2);
        assertThat(plan.step("h.0.attn.q").rank().orElseThrow()).isBetween(1, 4);
        assertThat(plan.step("h.0.attn.q").predictedError().orElseThrow()).isLessThan(0.1);
        assertThat(plan.step("h.0.attn.q").because()).contains("of its squares within 2x");
    }

    @Test
    void a_model_that_is_factored_already_keeps_at_most_its_ranks() {
        Plan narrow = Plan.of(MINI, Compression.keepAll().on(linears()).factorise(rank(5)));

        Plan roomy = narrow.then(LINEARS.within(budget("1x")), Spectra.none());
        Plan tight = narrow.then(LINEARS.within(new Budget.Bytes(narrow.bytesAfter() * 3 / 4)), Spectra.none());

        assertThat(roomy.steps())
                .filteredOn(step -> step.weight().role().linear())
                .allMatch(step -> step.rank().orElse(0) == 5);
        assertThat(tight.steps())
                .filteredOn(step -> step.weight().role().linear())
                .allMatch(step -> step.rank().orElse(99) <= 5);
    }

    private static List<Integer> ranks(Plan plan) {
        return plan.steps().stream()
                .map(step -> step.rank().orElse(Integer.MAX_VALUE))
                .toList();
    }

    private static Plan plan(Rank.ByBudget rank, Precision precision, Budget limit, long seed) {
        Compression diet = Compression.keepAll()
                .on(everything())
                .factorise(rank, precision)
                .within(limit);
        return Plan.of(MINI, diet, seed == 0 ? Spectra.none() : drawn(seed));
    }

    /** Bytes between the least that is in reach, which its complaint names, and all. */
    private static long between(Rank.ByBudget rank, Precision precision, double place) {
        Compression diet = Compression.keepAll().on(everything()).factorise(rank, precision);
        long all = Plan.of(MINI, diet.within(budget("1x"))).bytesAfter();
        long least = 1;
        try {
            Plan.of(MINI, diet.within(budget("1B")));
        } catch (LancetException e) {
            String message = String.valueOf(e.getMessage());
            least = Long.parseLong(
                    message.replaceAll(".* need at least ([0-9,]+);.*", "$1").replace(",", ""));
        }
        return least + (long) (place * (all - least));
    }

    private static Spectra drawn(long seed) {
        Random random = new Random(seed);
        return new Spectra(MINI.weights().stream()
                .filter(weight -> weight.role().matrix())
                .collect(Collectors.toMap(
                        Weight::name, weight -> random.doubles(Math.min(weight.rows(), weight.columns()))
                                .mapToObj(value -> value < 0.1 ? 0.0 : value * value)
                                .sorted((a, b) -> Double.compare(b, a))
                                .toList())));
    }

    @Provide
    Arbitrary<Rank.ByBudget> ranks() {
        return Arbitraries.of(true, false).map(Rank.ByBudget::new);
    }

    @Provide
    Arbitrary<Precision> precisions() {
        return Arbitraries.of(Precision.float32(), int8(), int4(32), int4(2), Precision.nf4(4));
    }
}
