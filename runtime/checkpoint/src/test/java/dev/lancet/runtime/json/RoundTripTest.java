package dev.lancet.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.BlockVariant;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.InputEmbedding;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Pooling;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Treatment;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.recipe.Schedule;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.TaskScoring;
import dev.lancet.dsl.recipe.Training;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the language can say comes back equal. */
class RoundTripTest {

    @Property(tries = 200)
    void transformers_come_back(@ForAll("transformers") Transformer transformer) {
        comesBack(transformer, Transformer.class);
    }

    @Property(tries = 200)
    void compressions_come_back(@ForAll("compressions") Compression compression) {
        comesBack(compression, Compression.class);
    }

    @Property(tries = 100)
    void plans_come_back(
            @ForAll("transformers") Transformer transformer,
            @ForAll("precisions") Precision precision,
            @ForAll long seed) {
        Plan plan = Plan.dense(transformer);
        for (Step step : plan.steps()) {
            int side = Math.min(step.weight().rows(), step.weight().columns());
            int choice = Math.floorMod(step.weight().name().hashCode() + (int) seed, 3);
            OptionalInt rank = choice == 0 ? OptionalInt.empty() : OptionalInt.of(Math.max(1, side / 2));
            OptionalDouble error = choice == 1 ? OptionalDouble.of(1.0 / (1 + side)) : OptionalDouble.empty();
            Step other = new Step(step.weight(), rank, precision, "because \"" + seed + "\"\n").predicting(error);
            boolean bent = choice == 2 && step.weight().role().linear();
            Step whole = bent ? other.with(Nonlinearity.silu()) : other;
            boolean beside = step.weight().role().linear() && seed % 2 == 0;
            Step adapted = beside
                    ? whole.adapted(
                            bent
                                    ? Adapter.lora(2).alpha(3.5).loftq()
                                    : Adapter.lora(2).pissa().dora(),
                            "beside")
                    : whole;
            boolean corrected = rank.isEmpty()
                    && precision.quantized()
                    && step.weight().role().linear();
            plan = plan.with(corrected ? adapted.corrected(Correction.correction(1), "corrected") : adapted);
        }
        comesBack(plan, Plan.class);
        comesBack(
                plan.then(
                        Compression.keepAll()
                                .on(Selector.norms(), Selector.embedding())
                                .train(),
                        Spectra.none()),
                Plan.class);
    }

    @Property(tries = 100)
    void recipes_come_back(
            @ForAll("transformers") Transformer transformer,
            @ForAll("compressions") Compression compression,
            @ForAll("shares") double share,
            @ForAll long seed) {
        Corpus corpus =
                Corpus.corpus("text \u00e9.txt").tokenizer("tokenizer.json").holdOut(share);
        Training training = Training.adamW(100, share)
                .schedule(Schedule.wsd(share))
                .rateTimes(Selector.norms(), 1 + share)
                .noDecay(Selector.embedding())
                .decayProduct(Selector.linears(), share)
                .seed(seed);
        comesBack(
                Recipe.recipe("run")
                        .candidate("dense", transformer)
                        .candidate("small", transformer, compression)
                        .candidate(
                                "late",
                                Origin.denseFirst(transformer, 7),
                                Compression.keepAll().on(Selector.linears()).factorise(Rank.ratio(share)))
                        .candidate("read", Origin.checkpoint("some/where"))
                        .candidate("later", Origin.after("small"), compression)
                        .candidate(
                                "fitted",
                                Origin.after("dense"),
                                Compression.keepAll().on(Selector.linears()).factorise(Rank.ratio(share)),
                                seed % 2 == 0
                                        ? CalibrationText.calibration(corpus).seed(seed)
                                        : CalibrationText.calibration(corpus)
                                                .window(99)
                                                .recover(7))
                        .pretrain(corpus, seed % 2 == 0 ? training : training.sequence(17))
                        .train("later", Corpus.corpus("b").bytes(), training.clip(share))
                        .train("later", corpus, Training.adamW(9, share).eightBitMoments())
                        .train("later", corpus, Training.muon(100, share).adam(1 / share))
                        .evaluate(corpus.heldOut())
                        .evaluate(Task.named("winogrande", "rows.json").limit(9).shots(2))
                        .evaluate(Task.own("tone", "rows.csv", "{a}\n")
                                .label("0", "no")
                                .seed(seed)
                                .by(TaskScoring.BOTH))
                        .sample(new Sample("Once", 3, share, share, seed))
                        .export("later", "out")
                        .seeds(seed),
                Recipe.class);
    }

    private static <T> void comesBack(T value, Class<T> type) {
        assertThat(LanguageJson.read(LanguageJson.compact(value), type)).isEqualTo(value);
        assertThat(LanguageJson.read(LanguageJson.pretty(value), type)).isEqualTo(value);
    }

    @Provide
    Arbitrary<Double> shares() {
        return Arbitraries.doubles().between(1e-6, 0.999_999).ofScale(12);
    }

    @Provide
    Arbitrary<Transformer> transformers() {
        Arbitrary<Attention> attention = Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 8).map(half -> 2 * half),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 9))
                .as((kv, group, width, bias, window) -> new Attention(
                        kv * group,
                        kv,
                        width,
                        bias > 0,
                        bias > 1,
                        window,
                        window % 2 == 0 ? Optional.empty() : Optional.of(Norm.rmsNorm(1e-6 * (1 + window))),
                        window % 4 == 1,
                        window % 4 == 2,
                        window == 0 ? 0 : 1.0 / window,
                        window == 0 ? 0 : 3.5 * window));
        Arbitrary<FeedForward> feedForward = Combinators.combine(
                        Arbitraries.of(FeedForward.Kind.class),
                        Arbitraries.integers().between(1, 50),
                        Arbitraries.of(true, false))
                .as(FeedForward::new);
        Arbitrary<Norm> norm = Combinators.combine(
                        Arbitraries.of(Norm.Kind.class), shares(), Arbitraries.of(true, false))
                .as((kind, epsilon, flag) -> new Norm(kind, epsilon, flag && kind == Norm.Kind.LAYER, flag));
        return Combinators.combine(
                        Arbitraries.strings().ofMinLength(1).filter(name -> !name.isBlank()),
                        Arbitraries.integers().between(1, 99),
                        Arbitraries.integers().between(1, 4),
                        attention,
                        feedForward,
                        norm,
                        positions(),
                        Arbitraries.of(true, false))
                .as((name, size, layers, heads, forward, norms, position, tied) -> withParts(
                        new Transformer(
                                name,
                                size,
                                2 * size,
                                3 * size,
                                layers,
                                Attention.heads(1).headWidth(2),
                                forward,
                                norms,
                                position,
                                tied),
                        heads));
    }

    /** Further parts of every kind, drawn by the sizes. */
    private static Transformer withParts(Transformer plain, Attention attention) {
        int choice = plain.vocabulary() % 4;
        boolean tied = plain.tiedHead();
        Residual residual = List.of(
                        Residual.preNorm(),
                        Residual.postNorm(),
                        Residual.outputNorm().scale(0.5),
                        Residual.sandwichNorm().inParallel())
                .get(choice);
        InputEmbedding embedding = new InputEmbedding(
                1 + choice, choice, tied ? Optional.of(plain.norm()) : Optional.empty(), tied && choice == 0);
        Head head = attention.bidirectional()
                ? List.of(
                                Head.maskedToken(Head.Activation.GELU),
                                Head.maskedToken(Head.Activation.GELU).withoutBias(),
                                Head.textVector(Pooling.CLS).normalized(),
                                Head.classes(3, Pooling.MEAN, Head.Activation.TANH))
                        .get(choice)
                : Head.nextToken().scale(1 + choice).cap(choice);
        Optional<BlockVariant> variant = plain.layers() > 1 && !(plain.position() instanceof Position.Learned)
                ? Optional.of(new BlockVariant(List.of(1), 2, Position.noPositions()))
                : Optional.empty();
        return new Transformer(
                plain.name(),
                plain.vocabulary(),
                plain.context(),
                plain.width(),
                plain.layers(),
                attention,
                plain.feedForward(),
                plain.norm(),
                plain.position(),
                tied,
                residual,
                embedding,
                head,
                variant);
    }

    private Arbitrary<Position> positions() {
        Arbitrary<Double> theta = Arbitraries.doubles().between(1.5, 1e7);
        Arbitrary<Position.Scaling> scaling = Arbitraries.oneOf(
                Arbitraries.just(new Position.Unscaled()),
                Arbitraries.doubles().between(1, 64).map(Position::linearScaling),
                Arbitraries.integers()
                        .between(1, 9000)
                        .map(context -> Position.llama3Scaling(1.0 + context / 7.0, 1.5, 4.25, context)));
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 2).map(Position.learned()::from),
                Arbitraries.just(Position.noPositions()),
                Combinators.combine(theta, scaling, Arbitraries.of(0, 2)).as(Position.Rotary::new));
    }

    @Provide
    Arbitrary<Precision> precisions() {
        Arbitrary<Integer> groups = Arbitraries.integers().between(1, 64).map(half -> 2 * half);
        return Arbitraries.oneOf(
                Arbitraries.just(Precision.float32()),
                Arbitraries.just(Precision.bfloat16()),
                Arbitraries.just(Precision.int8()),
                groups.map(Precision::int4),
                groups.map(Precision::nf4),
                groups.map(group -> Precision.nf4(group).doubleQuantized()),
                groups.map(group -> Precision.int4(group).asymmetric()),
                groups.map(group -> Precision.int4(group).asymmetric().doubleQuantized()));
    }

    private Arbitrary<Selector> selectors() {
        Arbitrary<Set<Role>> roles = Arbitraries.of(Role.class).set().ofMinSize(1);
        Arbitrary<Selector> simple = Arbitraries.oneOf(
                Arbitraries.just(Selector.everything()),
                roles.map(Selector.Roles::new),
                Arbitraries.integers().between(0, 9).map(first -> Selector.inBlocks(first, first + 3)),
                Arbitraries.of("h.*.mlp.up", "?", "\"quoted\"", "ключ").map(Selector::named));
        return Arbitraries.lazyOf(
                () -> simple,
                () -> Combinators.combine(simple, simple).as(Selector::and),
                () -> Combinators.combine(simple, simple).as(Selector::or),
                () -> Combinators.combine(selectors(), simple).as(Selector::except));
    }

    @Provide
    Arbitrary<Compression> compressions() {
        Arbitrary<Rank> rank = Arbitraries.oneOf(
                Combinators.combine(Arbitraries.integers().between(1, 999), Arbitraries.of(true, false))
                        .as(Rank.Fixed::new),
                shares().map(Rank::ratio),
                shares().map(Rank::energy),
                Arbitraries.of(true, false).map(Rank.ByBudget::new));
        Arbitrary<Budget> budget = Arbitraries.oneOf(
                Arbitraries.longs().greaterOrEqual(1).map(Budget.Bytes::new),
                shares().map(share -> new Budget.Times(1 / share)),
                shares().map(share -> new Budget.BitsPerWeight(32 * share)));
        Arbitrary<Treatment> treatment = Combinators.combine(rank.optional(), precisions())
                .as((Optional<Rank> some, Precision precision) -> new Treatment(
                        some,
                        precision,
                        some.filter(bent -> bent.hashCode() % 2 == 0).map(bent -> Nonlinearity.silu()),
                        some.filter(Rank.Fixed.class::isInstance)
                                .map(beside -> Adapter.lora(4).stabilised().dropout(0.25)),
                        Optional.of(Correction.correction(6).storedIn(Precision.bfloat16()))
                                .filter(lost -> some.isEmpty() && precision.quantized()),
                        some.map(any -> CompressionMethod.whitened()),
                        Optional.of(CompressionMethod.gptq()).filter(any -> precision.quantized()),
                        false));
        Arbitrary<Compression.Clause> clause =
                Combinators.combine(selectors(), treatment).as(Compression.Clause::new);
        return Combinators.combine(clause.list().ofMaxSize(4), budget.optional())
                .as((clauses, limit) -> clauses.size() % 2 == 0
                        ? new Compression(clauses, limit)
                        : new Compression(clauses, limit).initialise(Initialisation.normal()));
    }
}
