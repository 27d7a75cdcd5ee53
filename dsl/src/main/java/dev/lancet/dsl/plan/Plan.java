package dev.lancet.dsl.plan;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One step for every matrix of a model, worked out from shapes before any work is done: printable, comparable, and the
 * whole truth about which arrays the smaller model consists of.
 *
 * @param model name of the model
 * @param steps one for every matrix, in the model's order
 * @param vectors norms and biases, which stay float32
 */
public record Plan(String model, List<Step> steps, List<Weight> vectors) {

    public Plan {
        steps = List.copyOf(steps);
        vectors = List.copyOf(vectors);
    }

    /** The plan that leaves every weight of a transformer alone. */
    public static Plan dense(Transformer transformer) {
        return dense(transformer.name(), transformer.weights());
    }

    /** The plan that leaves every one of these weights alone. */
    public static Plan dense(String model, List<Weight> weights) {
        return new Plan(
                model,
                weights.stream()
                        .filter(weight -> weight.role().matrix())
                        .map(weight -> Step.keep(weight, "no rule selects it"))
                        .toList(),
                weights.stream().filter(weight -> !weight.role().matrix()).toList());
    }

    /**
     * Decides every weight of a transformer.
     *
     * @throws LancetException if a clause selects nothing, if a given rank does not make a layer smaller, or if a rank by
     *     energy is wanted here, where no singular values are known
     */
    public static Plan of(Transformer transformer, Compression compression) {
        return dense(transformer).then(compression, Spectra.none());
    }

    /** Decides every weight of a transformer whose singular values are known. */
    public static Plan of(Transformer transformer, Compression compression, Spectra spectra) {
        return dense(transformer).then(compression, spectra);
    }

    /**
     * What becomes of a model that already follows this plan when a further compression is applied: a matrix that is
     * factored stays so unless a clause gives it another rank.
     */
    public Plan then(Compression compression, Spectra spectra) {
        return then(compression, spectra, Constraints.none());
    }

    /** The same for a model that has constraints. */
    public Plan then(Compression compression, Spectra spectra, Constraints constraints) {
        return new Planner(this, resolved(compression, constraints), spectra, constraints).plan();
    }

    /**
     * The compression in full: where it names a budget and nothing else, with the bits and the ranks by budget that this
     * model needs to fit it. Any other compression comes back as it is.
     */
    public Compression resolved(Compression compression, Constraints constraints) {
        return compression.clauses().isEmpty()
                ? compression
                        .budget()
                        .map(budget -> BudgetPrecision.choose(this, constraints, budget))
                        .orElse(compression)
                : compression;
    }

    /** The steps that store their matrix otherwise than an earlier plan for the same weights. */
    public List<Step> changedSince(Plan before) {
        return steps.stream()
                .filter(step -> !step.matrices()
                        .equals(before.step(step.weight().name()).matrices()))
                .toList();
    }

    /** The same plan with one step replaced; for plans made by hand. */
    public Plan with(Step step) {
        step(step.weight().name());
        return new Plan(
                model,
                steps.stream()
                        .map(old -> old.weight().equals(step.weight()) ? step : old)
                        .toList(),
                vectors);
    }

    /** The step of the weight of this name. */
    public Step step(String weight) {
        return find(weight)
                .orElseThrow(() -> new LancetException("plan: " + model + " has no matrix '" + weight + "'; near it: "
                        + NearMisses.of(weight, names())));
    }

    /** The step of the weight of this name, or empty. */
    public Optional<Step> find(String weight) {
        return steps.stream()
                .filter(step -> step.weight().name().equals(weight))
                .findFirst();
    }

    private List<String> names() {
        return steps.stream().map(step -> step.weight().name()).toList();
    }

    /** All stored arrays of the model under this plan: of every step, then the vectors. */
    public List<ArraySpec> arrays() {
        List<ArraySpec> all = new ArrayList<>();
        steps.forEach(step -> step.matrices().forEach(matrix -> all.addAll(matrix.arrays())));
        vectors.forEach(vector -> all.add(new ArraySpec(vector.name(), ArraySpec.Type.FLOAT32, vector.shape())));
        return all;
    }

    /** Steps that leave their matrix alone. */
    public List<Step> kept() {
        return steps.stream().filter(Step::keeps).toList();
    }

    /** Steps that change their matrix. */
    public List<Step> changed() {
        return steps.stream().filter(step -> !step.keeps()).toList();
    }

    /** Whether adapters stand beside some matrices; then they are what is trained, and nothing else. */
    public boolean adapted() {
        return steps.stream().anyMatch(step -> step.adapter().isPresent());
    }

    /** The same plan without adapters: what becomes of a model when they are merged into their matrices. */
    public Plan merged() {
        return new Plan(model, steps.stream().map(Step::merged).toList(), vectors);
    }

    /** Whether any matrix is changed. */
    public boolean changes() {
        return steps.stream().anyMatch(step -> !step.keeps());
    }

    /** Parameters of the dense model. */
    public long parametersBefore() {
        return weights().mapToLong(Weight::parameters).sum();
    }

    /** Parameters under this plan, scales not counted. */
    public long parametersAfter() {
        return steps.stream().mapToLong(Step::parameters).sum()
                + vectors.stream().mapToLong(Weight::parameters).sum();
    }

    /** Bytes of the dense float32 model. */
    public long bytesBefore() {
        return weights().mapToLong(Weight::bytes).sum();
    }

    /** Bytes under this plan, scales counted. */
    public long bytesAfter() {
        return steps.stream().mapToLong(Step::bytes).sum()
                + vectors.stream().mapToLong(Weight::bytes).sum();
    }

    /**
     * Bytes that the weights take while the model answers one sequence: the stored arrays, and the largest single layer
     * in float32, because a quantised layer is unpacked when it is used; one in bfloat16 is not
     * (but TensorFlow's own kernel copies it where the processor has no AVX-512). Of a table that is only looked up a few rows are
     * unpacked, which do not count. Nor do activations, the cache of keys and values, and TensorFlow itself.
     */
    public long memory() {
        return bytesAfter() + UnpackingMemory.unpacked(steps);
    }

    /** Bytes before over bytes after. */
    public double compression() {
        return (double) bytesBefore() / bytesAfter();
    }

    /** Whether another plan is for the same weights in the same order. */
    public boolean sameWeights(Plan other) {
        return weights().toList().equals(other.weights().toList());
    }

    private Stream<Weight> weights() {
        return Stream.concat(steps.stream().map(Step::weight), vectors.stream());
    }

    /**
     * The text by which plans are compared and kept as goldens: its version, one line a matrix, the totals. Unlike
     * {@link #toString()} it is not aligned, so that a change of one step shows in the line of that step.
     */
    public String canonical() {
        return new PlanText(this).canonical();
    }

    @Override
    public String toString() {
        return new PlanText(this).toString();
    }

    /** The names that a person may have meant, for error messages. */
    public static String nearMisses(String wanted, List<String> names) {
        return NearMisses.of(wanted, names);
    }
}
