package dev.lancet.surgery.imported;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.Discovery.Findings;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.TensorBundle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.TensorProto;

/**
 * A model that somebody else wrote: a SavedModel folder or a frozen graph. It is opened without TensorFlow.
 *
 * <p>Its graph is brought into the form that Lancet's own have: calls are unfolded, so that every product stands in the
 * graph itself and every captured variable is the variable; what no signature reaches is dropped; variables have the names
 * that their author gave; constants that are weights are variables.
 */
public final class ImportedModel {

    private final Path path;
    private final MetaGraphDef meta;
    private final Optional<SavedModelFolder> folder;
    private final OpenControlFlow opened;
    private final Findings findings;
    private final List<GraphVariable> held;
    private final List<UnusedTensor> dead;
    private final List<CompressedMatrix> treated;
    private final Map<String, TensorProto> constants;

    private ImportedModel(
            Path path, MetaGraphDef meta, Optional<SavedModelFolder> folder, Map<String, String> keys, GraphView flat) {
        this.path = path;
        this.folder = folder;
        OpenControlFlow whole = Inlining.open(flat);
        Thawing thawing = Thawing.of(whole);
        this.constants = thawing.values();
        GraphView thawed = GraphView.of(ControlFlowRestorer.of(whole, LoopFrames.entered(thawing.graph())));
        GraphView graph = GraphView.of(ReadOrdering.unordered(
                thawed, GraphView.of(Inlining.open(thawed).graph())));
        this.meta = meta.toBuilder().setGraphDef(graph.definition()).build();
        Set<String> roots = folder.isPresent() ? GraphRoots.of(meta) : GraphRoots.ends(graph);
        this.opened = Inlining.open(graph).unordered().reaching(roots);
        this.findings = Discovery.of(opened);
        this.held = VariableInventory.live(graph, keys);
        this.treated = CompressedMatrixFinder.of(GraphView.of(opened.graph()), held);
        this.dead = folder.map(saved -> VariableInventory.dead(saved, held)).orElse(List.of());
    }

    /**
     * Opens a SavedModel folder or a file with a frozen graph.
     *
     * @throws LancetException if it is neither, or damaged
     */
    public static ImportedModel open(Path path) {
        try {
            return Files.isDirectory(path) ? ofFolder(path) : ofFile(path);
        } catch (LancetException wrong) {
            throw GraphValidator.named(path, wrong);
        }
    }

    private static ImportedModel ofFolder(Path path) {
        SavedModelFolder saved = SavedModelFolder.read(path);
        GraphValidator.check(saved.meta().getGraphDef());
        GraphView all = GraphView.of(saved.meta().getGraphDef());
        Set<String> roots = GraphRoots.of(saved.meta());
        Map<String, String> keys = RestoreMapping.keys(saved.meta(), all);
        GraphView flat = GraphView.of(ResourceVariables.of(flat(all, roots)));
        Map<String, String> wanted = new LinkedHashMap<>();
        keys.forEach((node, key) -> RestoreMapping.author(saved.meta().getObjectGraphDef(), key)
                .filter(name -> !name.equals(node) && flat.find(node).isPresent())
                .ifPresent(name -> wanted.put(node, name)));
        Map<String, String> names = Naming.possible(flat, wanted);
        Map<String, String> renamedKeys = new LinkedHashMap<>();
        keys.forEach((node, key) -> renamedKeys.put(names.getOrDefault(node, node), key));
        GraphView named = GraphView.of(Naming.renamed(flat, names));
        return new ImportedModel(path, saved.meta(), Optional.of(saved), renamedKeys, named);
    }

    private static ImportedModel ofFile(Path path) {
        GraphDef definition;
        try {
            definition = GraphDef.parseFrom(SavedModelFolder.bytes(path));
        } catch (InvalidProtocolBufferException damage) {
            throw new LancetException(path + ": is no frozen graph, or damaged: " + damage.getMessage(), damage);
        }
        if (definition.getNodeCount() == 0) {
            throw new LancetException(path + ": holds no graph; give a frozen GraphDef or a SavedModel folder");
        }
        GraphValidator.check(definition);
        GraphView all = GraphView.of(definition);
        GraphView flat = flat(all, GraphRoots.ends(all));
        return new ImportedModel(path, MetaGraphDef.getDefaultInstance(), Optional.empty(), Map.of(), flat);
    }

    private static GraphView flat(GraphView all, Set<String> roots) {
        GraphDef pruned = Pruning.reaching(all, roots);
        return GraphView.of(Pruning.reaching(GraphView.of(Inlining.flat(GraphView.of(pruned))), roots));
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /** The name of its folder or file; of a folder {@code saved_model} or {@code 1} the one around it. */
    public String name() {
        Path whole = path.toAbsolutePath().normalize();
        String last = String.valueOf(whole.getFileName()).replaceAll("\\.pb$", "");
        Path around = whole.getParent();
        boolean says = !last.matches("saved_model|v?\\d+|export|frozen");
        return says || around == null || around.getFileName() == null
                ? last
                : around.getFileName().toString();
    }

    /** Whether it is a frozen graph. */
    public boolean frozen() {
        return folder.isEmpty();
    }

    /** The graph as Lancet sees it, with the signatures; of a frozen graph without. */
    public MetaGraphDef meta() {
        return meta;
    }

    /** The graph with its loops and branches laid open. */
    OpenControlFlow opened() {
        return opened;
    }

    /** The matrices, each once, in the order in which they are used. */
    public List<Layer> layers() {
        return findings.layers();
    }

    /** The products that are no layers, in the order of the graph; those with what is treated already are not among them. */
    public List<SkippedProduct> skipped() {
        Set<String> decoded = treated.stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .map(array -> MatrixProducts.derived(array.name()))
                .collect(Collectors.toSet());
        return findings.leftAlone().stream()
                .filter(product -> !decoded.contains(product.because()))
                .toList();
    }

    /** The matrices that Lancet made smaller before, in the order of the graph; float factors of one are layers, too. */
    public List<CompressedMatrix> compressed() {
        return treated;
    }

    /** All variables that the graph uses, in its order. */
    public List<GraphVariable> variables() {
        return held;
    }

    /** What the checkpoint holds and nothing uses, in its order. */
    public List<UnusedTensor> unused() {
        return dead;
    }

    /** The plan that leaves everything alone; of a layer that cannot be cut with the reason. */
    public Plan plan() {
        return VariableInventory.plan(name(), layers(), held);
    }

    /**
     * Decides every layer. What a clause selects but cannot be cut is left alone with the reason.
     *
     * @throws LancetException if a clause selects nothing, or a rank does not make a layer smaller
     */
    public Plan plan(Compression compression, Spectra spectra) {
        return GraphPlanner.plan(this, compression, spectra);
    }

    /**
     * The elements of a variable, row by row, little-endian: mapped from the checkpoint, or what was a constant.
     *
     * @throws LancetException if the graph has no such variable, or the checkpoint not its value
     */
    public ByteBuffer read(String variable) {
        TensorProto constant = constants.get(variable);
        if (constant != null) {
            return VariableInventory.bytes(variable, constant);
        }
        GraphVariable wanted = variable(variable);
        return bundle(wanted).read(wanted.key());
    }

    GraphVariable variable(String variable) {
        return held.stream()
                .filter(one -> one.name().equals(variable))
                .findFirst()
                .orElseThrow(() -> new LancetException(path + ": no variable '" + variable + "'; near it: "
                        + Plan.nearMisses(
                                variable, held.stream().map(GraphVariable::name).toList())));
    }

    /** The checkpoint that has this variable. */
    TensorBundle bundle(GraphVariable variable) {
        return folder.flatMap(SavedModelFolder::variables)
                .filter(bundle -> bundle.has(variable.key()))
                .orElseThrow(
                        () -> new LancetException(path + ": nothing restores the variable '" + variable.name() + "'; "
                                + (Files.exists(path.resolve("variables/variables"))
                                        ? "its checkpoint has TensorFlow's first format, so load it and save it again with a saver of"
                                                + " version V2"
                                        : "export the model again with its variables")));
    }

    /** Whether the value of a variable lies in the model's files. */
    boolean knows(String variable) {
        return constants.containsKey(variable)
                || folder.flatMap(SavedModelFolder::variables)
                        .filter(bundle -> bundle.has(variable(variable).key()))
                        .isPresent();
    }

    /** Whether this variable was a constant. */
    boolean constant(GraphVariable variable) {
        return constants.containsKey(variable.name());
    }

    @Override
    public String toString() {
        return path + ": " + layers().size() + " matrices in "
                + meta.getGraphDef().getNodeCount() + " nodes";
    }
}
