package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * A float32 function that takes some arguments in 16 bits and still computes in float32.
 *
 * @param function the original function, with one result
 * @param narrow for each argument, whether it has 16 bits
 * @param type the 16-bit type: bfloat16 or float16
 */
record MixedPrecisionFunction(FunctionDef function, List<Boolean> narrow, DataType type) {

    private static final DataType WIDE = DataType.DT_FLOAT;

    AttrValue argumentTypes() {
        return Attributes.types(typed().getSignature().getInputArgList().stream()
                .map(OpDef.ArgDef::getType)
                .toList());
    }

    AttrValue resultTypes() {
        return Attributes.types(typed().getSignature().getOutputArgList().stream()
                .map(OpDef.ArgDef::getType)
                .toList());
    }

    /** Whether its result has 16 bits: if it is floating and not a float32 argument plus something. */
    boolean narrows() {
        OpDef.ArgDef result = function.getSignature().getOutputArg(0);
        return result.getType() == WIDE && !adds(result());
    }

    private boolean adds(NodeDef result) {
        if (!result.getOp().equals("AddV2")) {
            return false;
        }
        for (int index = 0; index < narrow.size(); index++) {
            String argument = function.getSignature().getInputArg(index).getName();
            if (!narrow.get(index)
                    && result.getInputList().contains(argument)
                    && shape(index).equals(result.getAttrOrThrow(Attributes.SHAPES))) {
                return true;
            }
        }
        return false;
    }

    private NodeDef result() {
        String node = function.getRetOrThrow(
                        function.getSignature().getOutputArg(0).getName())
                .split(":", 2)[0];
        return function.getNodeDefList().stream()
                .filter(candidate -> candidate.getName().equals(node))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "function '" + function.getSignature().getName() + "' returns an argument"));
    }

    private AttrValue shape(int argument) {
        return function.getArgAttrOrThrow(argument).getAttrOrThrow(Attributes.SHAPES);
    }

    /** The function with its casts. */
    FunctionDef typed() {
        FunctionDef.Builder typed = function.toBuilder().clearNodeDef();
        Set<String> cast = new HashSet<>();
        List<NodeDef> casts = new ArrayList<>();
        for (int index = 0; index < narrow.size(); index++) {
            if (narrow.get(index)) {
                OpDef.ArgDef.Builder argument = typed.getSignatureBuilder().getInputArgBuilder(index);
                argument.setType(type);
                cast.add(argument.getName());
                casts.add(cast(argument.getName() + "_wide", argument.getName(), type, WIDE, shape(index)));
            }
        }
        typed.addAllNodeDef(casts);
        for (NodeDef node : function.getNodeDefList()) {
            NodeDef.Builder copy = node.toBuilder().clearInput();
            node.getInputList().forEach(input -> copy.addInput(cast.contains(input) ? input + "_wide:y:0" : input));
            typed.addNodeDef(copy);
        }
        if (narrows()) {
            OpDef.ArgDef.Builder result =
                    typed.getSignatureBuilder().getOutputArgBuilder(0).setType(type);
            String name = result.getName() + "_narrow";
            String from = function.getRetOrThrow(result.getName());
            typed.addNodeDef(cast(name, from, WIDE, type, result().getAttrOrThrow(Attributes.SHAPES)));
            typed.putRet(result.getName(), name + ":y:0");
        }
        return typed.build();
    }

    private static NodeDef cast(String name, String input, DataType from, DataType to, AttrValue shape) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("Cast")
                .addInput(input)
                .putAllAttr(Map.of(
                        "SrcT",
                        Attributes.of(from),
                        "DstT",
                        Attributes.of(to),
                        "Truncate",
                        Attributes.of(false),
                        Attributes.SHAPES,
                        shape))
                .build();
    }
}
