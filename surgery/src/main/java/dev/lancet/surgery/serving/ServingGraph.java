package dev.lancet.surgery.serving;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.EncoderGraph;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.tracing.Pruning;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.SaverNodes;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * A declared model as one graph. An encoder has one signature, see {@link EncoderSignature}. A language model has two, which
 * share its variables:
 *
 * <pre>
 * serving_default  ids [batch, seq]                        -> logits [batch, seq, vocabulary]
 * generate         ids [batch, prompt], max_new_tokens []  -> ids [batch, total]
 * </pre>
 *
 * All ids are int32 and the logits float32. {@code generate} appends the likeliest token again and again (greedy). It ends
 * after {@code max_new_tokens}, when the context is full, or when each text has written the end token; a text that ended
 * before the others goes on with the end token. Texts with no token, or with more than the context, end the run with an
 * error that says so.
 */
public final class ServingGraph {

    /** The signature with the logits. */
    public static final String SCORING = "serving_default";

    /** The signature that continues texts. */
    public static final String GENERATION = "generate";

    private static final String PREDICT = "tensorflow/serving/predict";

    private ServingGraph() {}

    /**
     * The graph with its signatures, and with the nodes that restore its variables, each under its own name.
     *
     * @param plan the form of the weights; its layers stay factors and codes
     * @param end the token that ends a text, or empty if none does; without meaning for a model that continues no texts
     */
    public static MetaGraphDef of(Transformer model, Plan plan, OptionalInt end) {
        return model.continuesText() ? decoder(model, plan, end) : encoder(model, plan);
    }

    /** One signature, {@link #SCORING}, with the inputs and outputs of {@link EncoderGraph}. */
    private static MetaGraphDef encoder(Transformer model, Plan plan) {
        GraphDef graph = Surgeon.operate(EncoderGraph.of(model), plan).graph();
        return finished(MetaGraphDef.newBuilder()
                .setGraphDef(graph)
                .putSignatureDef(
                        SCORING,
                        EncoderSignature.of(model).toBuilder()
                                .setMethodName(PREDICT)
                                .build()));
    }

    private static MetaGraphDef decoder(Transformer model, Plan plan, OptionalInt end) {
        GraphDef scoring = Pruning.reaching(
                GraphView.of(Surgeon.operate(Blueprint.scoring(model), plan).graph()), List.of("logits"));
        GraphBuilder builder = GraphBuilder.graph();
        scoring.getLibrary().getFunctionList().forEach(builder::define);
        Value logits = scored(builder, model);
        Value tokens = builder.placeholder("generate.ids", TensorType.of(DataType.DT_INT32, -1, -1));
        Value most = builder.placeholder("generate.max_new_tokens", TensorType.of(DataType.DT_INT32));
        Value texts = new GenerationLoop(builder, model, plan, end).texts(tokens, most);

        GraphDef added = builder.toGraph();
        GraphDef whole = scoring.toBuilder()
                .addAllNode(added.getNodeList())
                .setLibrary(added.getLibrary())
                .build();
        Value ids = new Value("ids", 0, TensorType.of(DataType.DT_INT32, -1, -1));
        MetaGraphDef.Builder meta = MetaGraphDef.newBuilder()
                .setGraphDef(whole)
                .putSignatureDef(SCORING, signature(Map.of("ids", ids), Map.of("logits", logits)))
                .putSignatureDef(
                        GENERATION, signature(Map.of("ids", tokens, "max_new_tokens", most), Map.of("ids", texts)));
        return finished(meta);
    }

    private static MetaGraphDef finished(MetaGraphDef.Builder meta) {
        meta.getMetaInfoDefBuilder().addTags(SavedModelFolder.SERVE).setTensorflowVersion("2.18.0");
        List<Node> variables = GraphView.of(meta.getGraphDef()).nodes().stream()
                .filter(node -> node.is("VarHandleOp"))
                .toList();
        return SaverNodes.into(meta.build(), variables);
    }

    /** The logits of the scoring graph, after a check of the length of the texts. */
    private static Value scored(GraphBuilder builder, Transformer model) {
        TensorType scalar = TensorType.of(DataType.DT_INT32);
        String check = new SequenceLengthCheck(builder, model).of("serving", new Value("ids.sizes", 1, scalar));
        TensorType type = TensorType.of(DataType.DT_FLOAT, -1, -1, model.vocabulary());
        return builder.node("serving.logits", "Identity")
                .in(new Value("logits", 0, type))
                .with("T", type.type())
                .after(check)
                .gives(type);
    }

    private static SignatureDef signature(Map<String, Value> inputs, Map<String, Value> outputs) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName(PREDICT);
        inputs.forEach((name, value) -> signature.putInputs(name, info(value)));
        outputs.forEach((name, value) -> signature.putOutputs(name, info(value)));
        return signature.build();
    }

    private static TensorInfo info(Value value) {
        return TensorInfo.newBuilder()
                .setName(value.node() + ":" + value.output())
                .setDtype(value.type())
                .setTensorShape(Attributes.shape(value.dims()))
                .build();
    }
}
