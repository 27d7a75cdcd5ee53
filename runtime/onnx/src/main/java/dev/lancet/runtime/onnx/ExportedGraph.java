package dev.lancet.runtime.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.io.SafeFileName;
import dev.lancet.runtime.onnx.layer.DecoderLayers;
import dev.lancet.runtime.onnx.layer.DecoderSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * The graph of an exported folder, read and checked before ONNX Runtime sees it: its arrays must lie in the folder, and it
 * must say what Lancet's exports say.
 *
 * @param file the file of the graph, for messages
 * @param model its content
 * @param name the name of the model
 * @param context the most tokens that it reads
 * @param vocabulary the number of tokens
 * @param layers the number of caches of keys, and of values
 * @param kvHeads heads of a cache
 * @param headWidth width of a head
 */
record ExportedGraph(
        Path file, ModelProto model, String name, int context, int vocabulary, int layers, int kvHeads, int headWidth) {

    /** Graphs of hundreds of layers have a few MB: the weights lie beside them. */
    private static final int LARGEST = 64 << 20;

    private static final int LONGEST_CONTEXT = 1 << 26;

    /** The indexes among the new tokens whose logits are wanted, int64 {@code [wanted]}. */
    static final String WANTED = "wanted_logits";

    static ExportedGraph read(Path folder) {
        Path file = PlainFile.inside(folder, OnnxFiles.GRAPH);
        if (!Files.exists(file)) {
            throw new LancetException(folder + ": holds no " + OnnxFiles.GRAPH
                    + "; name a folder that lancet export --format onnx wrote");
        }
        ModelProto model = parse(file);
        Map<String, String> said = new TreeMap<>();
        model.getMetadataPropsList().forEach(entry -> said.put(entry.getKey(), entry.getValue()));
        if (!said.containsKey(OnnxFiles.CONTEXT)) {
            throw new LancetException(file
                    + (said.containsKey(OnnxFiles.NAME)
                            ? ": is the export of a graph, which only ONNX Runtime itself runs; name the SavedModel or the"
                                    + " frozen graph for Lancet's commands"
                            : ": does not come from lancet export, so Lancet cannot generate with it; export the model"
                                    + " again"));
        }
        model.getGraph().getInitializerList().forEach(tensor -> requireBeside(folder, file, tensor));
        ValueInfoProto logits = model.getGraph().getOutputList().stream()
                .filter(output -> output.getName().equals(DecoderSignature.LOGITS))
                .findFirst()
                .orElseThrow(() -> damaged(file, "it has no output logits"));
        Map<String, ValueInfoProto> inputs = new TreeMap<>();
        model.getGraph().getInputList().forEach(input -> inputs.put(input.getName(), input));
        ValueInfoProto keys = inputs.get(DecoderSignature.past(0, "key"));
        if (keys == null) {
            throw damaged(file, "it has no cache of keys");
        }
        int layers = 1;
        while (inputs.containsKey(DecoderSignature.past(layers, "key"))) {
            layers++;
        }
        return new ExportedGraph(
                file,
                model,
                said.getOrDefault(OnnxFiles.NAME, "model"),
                context(file, String.valueOf(said.get(OnnxFiles.CONTEXT))),
                size(file, logits, 2),
                layers,
                size(file, keys, 1),
                size(file, keys, 3));
    }

    private static ModelProto parse(Path file) {
        try {
            return ModelProto.parseFrom(PlainFile.read(file, LARGEST));
        } catch (InvalidProtocolBufferException wrong) {
            throw new LancetException(
                    file + ": is not an ONNX graph (" + wrong.getMessage() + "); export it again", wrong);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    private static void requireBeside(Path folder, Path file, TensorProto tensor) {
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            if (entry.getKey().equals("location")) {
                if (!SafeFileName.is(entry.getValue())) {
                    throw damaged(
                            file,
                            "array '" + tensor.getName() + "' lies in '" + entry.getValue()
                                    + "', which is no file beside it");
                }
                if (!Files.exists(PlainFile.inside(folder, entry.getValue()))) {
                    throw damaged(file, "its arrays are missing: there is no " + entry.getValue() + " beside it");
                }
            }
        }
    }

    private static int context(Path file, String said) {
        if (said.matches("[1-9][0-9]{0,7}") && Integer.parseInt(said) <= LONGEST_CONTEXT) {
            return Integer.parseInt(said);
        }
        throw damaged(file, "its context is '" + said + "'");
    }

    private static int size(Path file, ValueInfoProto value, int axis) {
        TensorShapeProto shape = value.getType().getTensorType().getShape();
        long size = shape.getDimCount() > axis ? shape.getDim(axis).getDimValue() : 0;
        if (size < 1 || size > LONGEST_CONTEXT) {
            throw damaged(file, "dimension " + axis + " of " + value.getName() + " is " + size);
        }
        return (int) size;
    }

    private static LancetException damaged(Path file, String why) {
        return new LancetException(file + ": " + why + "; export the model again");
    }

    /** Whether past and present may be the same tensors. */
    boolean cacheInPlace() {
        return model.getMetadataPropsList().stream()
                .anyMatch(entry -> entry.getKey().equals(OnnxFiles.CACHE)
                        && entry.getValue().equals(OnnxFiles.IN_PLACE));
    }

    /** Whether it asks for positions. */
    boolean positions() {
        return model.getGraph().getInputList().stream()
                .anyMatch(input -> input.getName().equals(DecoderSignature.POSITIONS));
    }

    /**
     * The graph with logits of some of the new tokens only, {@code [batch, wanted, vocabulary]}, whose indexes are the input
     * {@link #WANTED}: the head is a large part of the work on a prompt, and generation needs only its last token.
     */
    byte[] withWantedLogits() {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        String wanted = DecoderLayers.LAST + ".wanted";
        graph.addInput(ValueInfoProto.newBuilder()
                .setName(WANTED)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.INT64.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("wanted"))))));
        graph.getOutputBuilderList().stream()
                .filter(output -> output.getName().equals(DecoderSignature.LOGITS))
                .forEach(logits -> logits.getTypeBuilder()
                        .getTensorTypeBuilder()
                        .getShapeBuilder()
                        .getDimBuilder(1)
                        .setDimParam("wanted"));
        for (NodeProto node : model.getGraph().getNodeList()) {
            NodeProto.Builder reading = node.toBuilder().clearInput();
            node.getInputList().forEach(input -> reading.addInput(input.equals(DecoderLayers.LAST) ? wanted : input));
            graph.addNode(reading);
            if (node.getOutputList().contains(DecoderLayers.LAST)) {
                graph.addNode(NodeProto.newBuilder()
                        .setOpType("Gather")
                        .setName(wanted)
                        .addInput(DecoderLayers.LAST)
                        .addInput(WANTED)
                        .addOutput(wanted)
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(1)));
            }
        }
        return model.toBuilder().setGraph(graph).build().toByteArray();
    }
}
