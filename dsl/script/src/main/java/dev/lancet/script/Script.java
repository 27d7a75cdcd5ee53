package dev.lancet.script;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Recipe;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a script and returns the recipe that it declares.
 *
 * <p>A script has one of two forms:
 *
 * <ul>
 *   <li>a {@code *.lancet.kts} file in Kotlin, whose last expression is a {@link Recipe}. The methods of {@link
 *       dev.lancet.Lancet} and the packages {@code dev.lancet.dsl} and {@code dev.lancet.dsl.recipe} are imported.
 *       Lancet includes the Kotlin compiler;
 *   <li>a {@code *.java} file with a class of the file's name. The class has one method without parameters, static or
 *       not, that returns a {@link Recipe}. A JDK compiles it in memory.
 * </ul>
 */
public final class Script {

    private static final String KOTLIN = ".lancet.kts";

    private static final long LARGEST = 4 << 20;

    /** Both compilers call themselves for each bracket inside another, and overflow the stack at some thousands. */
    private static final int DEEPEST = 200;

    private Script() {}

    /**
     * Runs the script in a file and returns its recipe.
     *
     * @throws ScriptException if the script does not compile, fails, or declares something else
     * @throws LancetException if the file does not exist or is not a script, or if a {@code .java} file needs a
     * compiler and     this Java has none
     */
    public static Recipe load(Path file) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(KOTLIN)) {
            return KotlinScript.INSTANCE.load(read(file));
        }
        if (name.endsWith(".java")) {
            return JavaScript.load(read(file));
        }
        if (name.endsWith(".kts")) {
            throw new LancetException("script: " + file + " has the wrong ending for a recipe in Kotlin; rename"
                    + " it to end in " + KOTLIN);
        }
        throw new LancetException("script: " + file + " is not a recipe; name a " + KOTLIN + " or a .java file");
    }

    /**
     * The same error with the place in the script that it is about.
     *
     * @param texts what stands there in quotation marks; each is looked for behind the one before it, and the last one that
     *     is found is the place
     * @return the error itself if none of them stands in the script
     */
    public static LancetException at(Path file, List<String> texts, LancetException wrong) {
        ScriptSource source = read(file);
        int place = -1;
        for (String text : texts) {
            int found = source.text().indexOf('"' + text + '"', Math.max(0, place));
            place = found < 0 ? place : found;
        }
        return place < 0 ? wrong : source.wrong(source.fault(place, String.valueOf(wrong.getMessage())), wrong);
    }

    private static ScriptSource read(Path file) {
        if (!Files.exists(file)) {
            throw new LancetException("script: " + file + " does not exist; check the path");
        }
        if (Files.isDirectory(file)) {
            throw new LancetException("script: " + file + " is a folder; name a file");
        }
        if (!Files.isRegularFile(file)) {
            throw new LancetException("script: " + file + " is no plain file but a pipe or a device; name a file");
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw new LancetException(
                        "script: " + file + " has " + Files.size(file) + " bytes, above the limit of " + LARGEST);
            }
            ScriptSource source = new ScriptSource(file, Files.readString(file));
            requireShallow(source);
            return source;
        } catch (CharacterCodingException e) {
            throw new LancetException("script: " + file + " is not UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new LancetException(
                    "script: " + file + " cannot be read: " + e.getMessage() + "; check that"
                            + " it is a readable file",
                    e);
        }
    }

    /** Counts brackets in comments and texts, too; there they are rarely open by the hundred. */
    private static void requireShallow(ScriptSource source) {
        int depth = 0;
        int line = 1;
        String text = source.text();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            line += character == '\n' ? 1 : 0;
            if ("([{".indexOf(character) >= 0 && ++depth > DEEPEST) {
                throw new LancetException("script: " + source.file() + " has more than " + DEEPEST
                        + " brackets inside one another at line " + line + "; split the expression");
            }
            depth = ")]}".indexOf(character) >= 0 ? Math.max(0, depth - 1) : depth;
        }
    }
}
