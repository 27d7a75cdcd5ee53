package dev.lancet.tests.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.surgery.graph.OutputNames;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

/** The names of outputs are those that TensorFlow registers. */
class OutputNamesTest {

    private static final List<String> OPS =
            """
            Abs Add AddN AddV2 BatchMatMulV2 BroadcastTo BroadcastGradientArgs Cast ConcatV2 Const Cos Equal Erf Exp Floor
            FloorDiv FloorMod GatherV2 Greater GreaterEqual Identity L2Loss Less LessEqual Log LogSoftmax LogicalAnd
            LogicalNot LogicalOr MatMul Max Maximum Mean Minimum Mul Neg OnesLike Pack PartitionedCall Placeholder Pow
            Range ReadVariableOp RealDiv Reshape Round Rsqrt RsqrtGrad SelectV2 Shape Sigmoid SigmoidGrad Sign Sin Slice
            Softmax SparseSoftmaxCrossEntropyWithLogits Split Sqrt Square SquaredDifference StridedSlice Sub Sum Tanh
            TanhGrad Tile Transpose Unpack VarHandleOp ZerosLike
            """.lines().flatMap(line -> List.of(line.split(" +", -1)).stream()).toList();

    @Test
    void outputs_are_called_as_tensorflow_calls_them() {
        Map<String, OpDef> registered = TensorFlow.registeredOpList().getOpList().stream()
                .collect(Collectors.toMap(OpDef::getName, Function.identity()));
        for (String op : OPS) {
            assertThat(registered).containsKey(op);
            List<OpDef.ArgDef> outputs = registered.get(op).getOutputArgList();
            for (int i = 0; i < outputs.size(); i++) {
                assertThat(OutputNames.of(op, i))
                        .as(op)
                        .isEqualTo(outputs.get(i).getName() + ":0");
                assertThat(OutputNames.number(op, outputs.get(i).getName(), 0))
                        .as(op)
                        .isEqualTo(i);
            }
        }
    }
}
