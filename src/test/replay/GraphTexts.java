import dev.lancet.surgery.graph.GraphText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Writes the graph and the signatures of each file as text: FOLDER FILE... */
class GraphTexts {

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        for (String file : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            String name = file.replaceFirst("^target/replay/", "").replace('/', '-') + ".txt";
            byte[] bytes = Files.readAllBytes(Path.of(file));
            StringBuilder text = new StringBuilder();
            if (file.endsWith("saved_model.pb")) {
                for (MetaGraphDef meta : SavedModel.parseFrom(bytes).getMetaGraphsList()) {
                    text.append(GraphText.of(meta.getGraphDef()));
                    new TreeMap<>(meta.getSignatureDefMap())
                            .forEach((key, value) ->
                                    text.append(key).append(": ").append(value));
                }
            } else {
                text.append(GraphText.of(GraphDef.parseFrom(bytes)));
            }
            Files.writeString(folder.resolve(name), text);
        }
    }
}
