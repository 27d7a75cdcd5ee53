package dev.lancet.surgery.imported;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.controlflow.ControlFlowRestorer;
import dev.lancet.surgery.imported.controlflow.Inlining;
import dev.lancet.surgery.imported.controlflow.LoopFrames;
import dev.lancet.surgery.imported.controlflow.OpenControlFlow;
import dev.lancet.surgery.imported.controlflow.ReadOrdering;
import dev.lancet.surgery.imported.discovery.CompressedMatrix;
import dev.lancet.surgery.imported.discovery.CompressedMatrixFinder;
import dev.lancet.surgery.imported.discovery.Discovery;
import dev.lancet.surgery.imported.discovery.Discovery.Findings;
import dev.lancet.surgery.imported.discovery.GraphVariable;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.MatrixProducts;
import dev.lancet.surgery.imported.discovery.SkippedProduct;
import dev.lancet.surgery.imported.discovery.Thawing;
import dev.lancet.surgery.imported.discovery.UnusedTensor;
import dev.lancet.surgery.imported.discovery.VariableInventory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.TensorProto;

/**
 * A model that another tool wrote: a SavedModel folder or a frozen graph. Opening it does not need TensorFlow.
 *
 * <p>Its graph is converted to the form of Lancet's own graphs. Calls are inlined, so that the graph itself contains
 * every product, and a captured variable is the variable itself. Nodes that no signature depends on are dropped.
 * Variables have the names that their author gave them. Constants that are weights become variables.
 */
public final class ImportedModel implements Weights {

    private final ModelFiles files;
    private final MetaGraphDef meta;
    private final OpenControlFlow opened;
    private final Findings findings;
    private final List<GraphVariable> variables;
    private final List<UnusedTensor> unused;
    private final List<CompressedMatrix> compressed;
    private final VariableValues values;
    private final Plan plan;

    private ImportedModel(ModelFiles files, Map<String, TensorProto> added) {
        this.files = files;
        OpenControlFlow whole = Inlining.open(files.graph());
        Thawing thawing = Thawing.of(whole);
        GraphView thawed = GraphView.of(ControlFlowRestorer.of(whole, LoopFrames.entered(thawing.graph())));
        GraphView graph = GraphView.of(ReadOrdering.unordered(
                thawed, GraphView.of(Inlining.open(thawed).graph())));
        meta = files.meta().toBuilder().setGraphDef(graph.definition()).build();
        Set<String> roots = frozen() ? GraphRoots.ends(graph) : GraphRoots.of(files.meta());
        opened = Inlining.open(graph).unordered().reaching(roots);
        findings = Discovery.of(opened);
        variables = VariableInventory.live(graph, files.keys());
        compressed = CompressedMatrixFinder.of(GraphView.of(opened.graph()), variables);
        unused = files.folder()
                .map(saved -> VariableInventory.dead(saved, variables))
                .orElse(List.of());
        Map<String, TensorProto> constants = new LinkedHashMap<>(thawing.values());
        constants.putAll(added);
        values = new VariableValues(files, constants, variables);
        plan = VariableInventory.plan(name(), layers(), stored(), variables);
    }

    /**
     * Opens a SavedModel folder or a file with a frozen graph.
     *
     * @throws LancetException if the path is neither, or damaged
     */
    public static ImportedModel open(Path path) {
        ModelFiles files = ModelFiles.read(path);
        try {
            return new ImportedModel(files, Map.of());
        } catch (LancetException wrong) {
            throw GraphValidator.named(path, wrong);
        }
    }

    /**
     * The same model with additional nodes and outputs; this one does not change.
     *
     * @throws LancetException if the model has no such signature, or has a node or an output of one of these names
     */
    public ImportedModel with(GraphExtension more) {
        return new ImportedModel(files.with(more), more.values());
    }

    /** The path of its folder or file. */
    public Path path() {
        return files.path();
    }

    /** The name of its folder or file; for a folder named {@code saved_model} or {@code 1}, the name of its parent. */
    public String name() {
        Path whole = path().toAbsolutePath().normalize();
        String last = String.valueOf(whole.getFileName()).replaceAll("\\.pb$", "");
        Path around = whole.getParent();
        boolean says = !last.matches("saved_model|v?\\d+|export|frozen");
        return says || around == null || around.getFileName() == null
                ? last
                : around.getFileName().toString();
    }

    /** Whether it is a frozen graph. */
    public boolean frozen() {
        return files.folder().isEmpty();
    }

    /** The graph in Lancet's form, with the signatures; a frozen graph has none. */
    public MetaGraphDef meta() {
        return meta;
    }

    /** The graph with its loops and branches inlined. */
    OpenControlFlow opened() {
        return opened;
    }

    /** The matrices, each once, in the order of their first use. */
    public List<Layer> layers() {
        return findings.layers();
    }

    /** The products that are not layers, in the order of the graph, without those of compressed matrices. */
    public List<SkippedProduct> skipped() {
        Set<String> decoded = compressed.stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .map(array -> MatrixProducts.derived(array.name()))
                .collect(Collectors.toSet());
        return findings.leftAlone().stream()
                .filter(product -> !decoded.contains(product.because()))
                .toList();
    }

    /**
     * The matrices that Lancet already compressed, in the order of the graph. If a matrix is in float factors, these are
     * also layers.
     */
    public List<CompressedMatrix> compressed() {
        return compressed;
    }

    /** All variables that the graph uses, in its order. */
    public List<GraphVariable> variables() {
        return variables;
    }

    /** The tensors of the checkpoint that nothing uses, in its order. */
    public List<UnusedTensor> unused() {
        return unused;
    }

    /** The current storage of the weights. The step of a layer that cannot be compressed gives the reason. */
    public Plan plan() {
        return plan;
    }

    /** The compressed matrices that are stored in fewer than 32 bits. */
    private List<CompressedMatrix> stored() {
        return compressed.stream().filter(matrix -> matrix.precision().narrow()).toList();
    }

    /** What a plan must leave unchanged: layers that no rule supports, quantized matrices, and the rank of factors. */
    public Constraints constraints() {
        Map<String, String> fixed = new LinkedHashMap<>();
        layers().stream()
                .filter(layer -> !layer.treatable())
                .forEach(layer -> fixed.put(layer.weight().name(), layer.hindrance()));
        stored().forEach(matrix -> fixed.put(matrix.name(), CompressedMatrix.ALREADY));
        Map<String, String> unfactored = new LinkedHashMap<>();
        compressed.forEach(pair ->
                pair.arrays().forEach(factor -> unfactored.put(factor.name(), "it is a factor of " + pair.name())));
        return new Constraints(fixed, unfactored);
    }

    /** The stored arrays of its plan, in the order of the plan. */
    @Override
    public List<ArraySpec> arrays() {
        return plan.arrays();
    }

    /** The content of an array of its plan, mapped from the checkpoint. */
    @Override
    public HostTensor read(String name) {
        return new HostTensor(find(name).orElseThrow(() -> missing(name)), values.read(name));
    }

    /**
     * The elements of a variable in row-major order, little-endian: mapped from the checkpoint, or from the constant it
     * replaces.
     *
     * @throws LancetException if the graph has no such variable, or the checkpoint does not contain its value
     */
    public ByteBuffer bytes(String variable) {
        return values.read(variable);
    }

    /** The bytes of all variables of the graph, including those that are not weights. */
    public long storedBytes() {
        return variables.stream().mapToLong(CompressedMatrix::bytes).sum();
    }

    /**
     * Decides what happens to every layer.
     *
     * @throws LancetException if a clause selects nothing, or a rank does not make a layer smaller
     */
    public Plan plan(Compression compression, Spectra spectra) {
        return plan.then(compression, spectra, constraints());
    }

    /** The values of its variables. */
    public VariableValues values() {
        return values;
    }

    @Override
    public String toString() {
        return path() + ": " + layers().size() + " matrices in "
                + meta.getGraphDef().getNodeCount() + " nodes";
    }
}
