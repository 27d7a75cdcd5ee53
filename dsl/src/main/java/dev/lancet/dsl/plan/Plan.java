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
 * What a compression does to each matrix of a model, computed from the shapes before any work is done. A plan can be
 * printed and compared. It determines all arrays of the compressed model.
 *
 * @param model name of the model
 * @param steps one per matrix, in the model's order
 * @param vectors gains and biases, which stay float32
 * @param whole the weights that are trained themselves beside adapters; if it is empty and there are no adapters, all
 *     float32 weights are trained
 */
public record Plan(String model, List<Step> steps, List<Weight> vectors, Optional<FullyTrainedWeights> whole) {

    public Plan {
        steps = List.copyOf(steps);
        vectors = List.copyOf(vectors);
    }

    /** A plan that does not say which weights are trained. */
    public Plan(String model, List<Step> steps, List<Weight> vectors) {
        this(model, steps, vectors, Optional.empty());
    }

    /** The plan that leaves every weight of a transformer unchanged. */
    public static Plan dense(Transformer transformer) {
        return dense(transformer.name(), transformer.weights());
    }

    /** The plan that leaves each of these weights unchanged. */
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
     * Plans a compression of a transformer.
     *
     * @throws LancetException if a clause selects nothing, if a fixed rank does not make a layer smaller, or if a
     * clause has a     rank by energy, because here the singular values are not known
     */
    public static Plan of(Transformer transformer, Compression compression) {
        return dense(transformer).then(compression, Spectra.none());
    }

    /** Plans a compression of a transformer with known singular values. */
    public static Plan of(Transformer transformer, Compression compression, Spectra spectra) {
        return dense(transformer).then(compression, spectra);
    }

    /**
     * Plans a further compression of a model that already follows this plan. A factorized matrix stays factorized
     * unless a clause gives it another rank.
     */
    public Plan then(Compression compression, Spectra spectra) {
        return then(compression, spectra, Constraints.none());
    }

    /** The same for a model that has constraints. */
    public Plan then(Compression compression, Spectra spectra, Constraints constraints) {
        return new Planner(this, resolved(compression, constraints), spectra, constraints).plan();
    }

    /**
     * Completes a compression that has a budget and no clauses: adds the bits and the ranks by budget that this model
     * needs to fit. Returns any other compression unchanged.
     */
    public Compression resolved(Compression compression, Constraints constraints) {
        return compression.clauses().isEmpty()
                ? compression
                        .budget()
                        .map(budget -> BudgetPrecision.choose(this, constraints, budget))
                        .orElse(compression)
                : compression;
    }

    /** The steps that store their matrix differently from an earlier plan for the same weights. */
    public List<Step> changedSince(Plan before) {
        return steps.stream()
                .filter(step -> !step.matrices()
                        .equals(before.step(step.weight().name()).matrices()))
                .toList();
    }

    /** The same plan with one step replaced, for editing a plan by hand. */
    public Plan with(Step step) {
        step(step.weight().name());
        return with(steps.stream()
                .map(old -> old.weight().equals(step.weight()) ? step : old)
                .toList());
    }

    /** The same plan with other steps for the same matrices. */
    public Plan with(List<Step> others) {
        return new Plan(model, others, vectors, whole);
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

    /** All stored arrays of the model under this plan: those of every step, then the vectors. */
    public List<ArraySpec> arrays() {
        List<ArraySpec> all = new ArrayList<>();
        steps.forEach(step -> step.matrices().forEach(matrix -> all.addAll(matrix.arrays())));
        vectors.forEach(vector -> all.add(new ArraySpec(vector.name(), ArraySpec.Type.FLOAT32, vector.shape())));
        return all;
    }

    /** Steps that leave their matrix unchanged. */
    public List<Step> kept() {
        return steps.stream().filter(Step::keeps).toList();
    }

    /** Steps that change their matrix. */
    public List<Step> changed() {
        return steps.stream().filter(step -> !step.keeps()).toList();
    }

    /** Whether some matrices have adapters. */
    public boolean adapted() {
        return steps.stream().anyMatch(step -> step.adapter().isPresent());
    }

    /** Whether a training changes only the adapters and the weights that are trained whole. */
    public boolean freezes() {
        return adapted() || whole.isPresent();
    }

    /** Whether a weight is trained itself although others are frozen. */
    public boolean trainsWhole(Weight weight) {
        return whole.filter(some -> some.names().contains(weight.name())).isPresent();
    }

    /** The same plan without adapters: the plan of the model after the adapters are merged. All its weights can be trained. */
    public Plan merged() {
        return new Plan(model, steps.stream().map(Step::merged).toList(), vectors);
    }

    /** The same plan with every matrix in one piece and without corrections; see {@link Step#folded}. */
    public Plan folded() {
        return with(steps.stream().map(Step::folded).toList());
    }

    /** Whether any matrix is changed. */
    public boolean changes() {
        return steps.stream().anyMatch(step -> !step.keeps());
    }

    /** Parameters of the dense model. */
    public long parametersBefore() {
        return weights().mapToLong(Weight::parameters).sum();
    }

    /** Parameters under this plan, without scales. */
    public long parametersAfter() {
        return steps.stream().mapToLong(Step::parameters).sum()
                + vectors.stream().mapToLong(Weight::parameters).sum();
    }

    /** Bytes of the dense float32 model. */
    public long bytesBefore() {
        return weights().mapToLong(Weight::bytes).sum();
    }

    /** Bytes under this plan, with scales. */
    public long bytesAfter() {
        return steps.stream().mapToLong(Step::bytes).sum()
                + vectors.stream().mapToLong(Weight::bytes).sum();
    }

    /**
     * Bytes that the weights take while the model runs one sequence: the stored arrays, and the largest quantized layer
     * in float32, because a quantized layer is unpacked when it is used. A bfloat16 layer is not unpacked, although
     * TensorFlow's own kernel copies it if the processor has no AVX-512. Not counted: the few rows that are unpacked
     * from an embedding table, activations, the cache of keys and values, and TensorFlow itself.
     */
    public long memory() {
        return bytesAfter() + UnpackingMemory.unpacked(steps);
    }

    /** Bytes before divided by bytes after. */
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
     * The text for comparing plans and for goldens: a version, one line per matrix, the totals. Unlike {@link
     * #toString()} it is not aligned, so a change of one step changes only the line of that step.
     */
    public String canonical() {
        return new PlanText(this).canonical();
    }

    /** A table with one line for each matrix, then the totals. */
    public String everyMatrix() {
        return new PlanText(this).everyMatrix();
    }

    /** A table with one line for matrices that differ only in their block, then the totals. */
    @Override
    public String toString() {
        return new PlanText(this).toString();
    }

    /** The names that a user may have meant, for error messages. */
    public static String nearMisses(String wanted, List<String> names) {
        return NearMisses.of(wanted, names);
    }
}
