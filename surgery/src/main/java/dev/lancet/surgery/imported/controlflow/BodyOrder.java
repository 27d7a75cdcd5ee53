package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Sorts the nodes of a function body so that each comes after its inputs. */
final class BodyOrder {

    private BodyOrder() {}

    /**
     * The nodes in order.
     *
     * @throws LancetException if a node takes an input that does not exist
     */
    static List<NodeDef> of(FunctionDef function) {
        GraphDef.Builder body = GraphDef.newBuilder();
        Set<String> arguments = new HashSet<>();
        for (OpDef.ArgDef argument : function.getSignature().getInputArgList()) {
            arguments.add(argument.getName());
            body.addNode(NodeDef.newBuilder().setName(argument.getName()).setOp("_Arg"));
        }
        for (int i = 0; i < function.getNodeDefCount(); i++) {
            NodeDef node = function.getNodeDef(i);
            NodeDef.Builder slim = NodeDef.newBuilder().setName(node.getName()).setOp(node.getOp());
            node.getInputList().forEach(input -> slim.addInput(producer(input)));
            body.addNode(slim);
        }
        return GraphView.of(body.build()).ordered().stream()
                .filter(node -> node.index() >= arguments.size())
                .map(node -> definition(function, node, arguments.size()))
                .toList();
    }

    private static NodeDef definition(FunctionDef function, Node node, int arguments) {
        return function.getNodeDef(node.index() - arguments);
    }

    private static String producer(String input) {
        int colon = input.indexOf(':');
        return colon < 0 ? input : input.substring(0, colon);
    }
}
