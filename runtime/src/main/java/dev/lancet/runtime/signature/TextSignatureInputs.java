package dev.lancet.runtime.signature;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The inputs of a signature that takes a text as token ids.
 *
 * @param ids the input for the ids, {@code [batch, positions]}
 * @param mask the input that is 1 where a position has a token and 0 where it is filled up, if there is one
 * @param types the input for the kinds of tokens, which are all 0 for a single text, if there is one
 * @param positions the number of positions if the signature fixes it
 */
public record TextSignatureInputs(String ids, Optional<String> mask, Optional<String> types, OptionalInt positions) {

    /** The most positions of a text. */
    public static final int LONGEST = 1 << 20;

    private static final Set<DataType> TYPES = Set.of(DataType.DT_INT32, DataType.DT_INT64, DataType.DT_FLOAT);

    /**
     * Recognizes the inputs by their names: {@code attention_mask} or another name with {@code mask}, {@code
     * token_type_ids} or another name with {@code type} or {@code segment}, and one more for the ids.
     *
     * @param model the model, for messages
     * @throws LancetException if no input or several could take the ids, or if an input has another form
     */
    public static TextSignatureInputs of(SignatureDef signature, String model) {
        List<String> ids = new ArrayList<>();
        List<String> masks = new ArrayList<>();
        List<String> types = new ArrayList<>();
        OptionalInt positions = OptionalInt.empty();
        Map<String, TensorInfo> inputs = new TreeMap<>(signature.getInputsMap());
        for (Map.Entry<String, TensorInfo> input : inputs.entrySet()) {
            String lower = input.getKey().toLowerCase(Locale.ROOT);
            TensorInfo info = input.getValue();
            boolean known = !info.getTensorShape().getUnknownRank();
            if (!TYPES.contains(info.getDtype())
                    || (known && info.getTensorShape().getDimCount() != 2)) {
                throw new LancetException("inputs: '" + input.getKey() + "' of " + model + " takes "
                        + info.getDtype() + " with " + info.getTensorShape().getDimCount()
                        + " axes; a text is given as numbers [batch, positions]");
            }
            long size = known ? info.getTensorShape().getDim(1).getSize() : -1;
            if (size > LONGEST) {
                throw new LancetException("inputs: '" + input.getKey() + "' of " + model + " takes " + size
                        + " positions, above the limit of " + LONGEST);
            }
            positions = size > 0 ? OptionalInt.of((int) size) : positions;
            (lower.contains("mask") ? masks : lower.contains("type") || lower.contains("segment") ? types : ids)
                    .add(input.getKey());
        }
        if (ids.size() != 1 || masks.size() > 1 || types.size() > 1) {
            throw new LancetException("inputs: " + model + " takes " + inputs.keySet()
                    + "; a text needs one input for its token ids, and at most an attention_mask and token_type_ids");
        }
        return new TextSignatureInputs(
                ids.get(0), masks.stream().findFirst(), types.stream().findFirst(), positions);
    }
}
