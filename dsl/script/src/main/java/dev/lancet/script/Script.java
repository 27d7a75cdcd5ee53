package dev.lancet.script;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Recipe;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Turns a script into the recipe that it declares.
 *
 * <p>A script is one of two things:
 *
 * <ul>
 *   <li>a {@code *.lancet.kts} file in Kotlin, with the words of {@link dev.lancet.Lancet} and the packages
 *       {@code dev.lancet.dsl} and {@code dev.lancet.dsl.recipe} imported, whose last expression is a {@link Recipe}; the
 *       compiler comes along, nothing of Kotlin has to be installed;
 *   <li>a {@code *.java} file with a class of the file's name that has one method without parameters that returns a
 *       {@link Recipe}, static or not; a JDK compiles it in memory.
 * </ul>
 */
public final class Script {

    private static final String KOTLIN = ".lancet.kts";

    private Script() {}

    /**
     * The recipe that a file declares.
     *
     * @throws ScriptException if the script does not compile, fails, or declares something else
     * @throws LancetException if there is no such file, if it is no script, or if no Java compiler is there for a {@code
     *     .java} file
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
            throw new LancetException("script: " + file + "; a recipe in Kotlin ends in " + KOTLIN + ", rename it");
        }
        throw new LancetException("script: " + file + "; a recipe is a " + KOTLIN + " or a .java file");
    }

    private static ScriptSource read(Path file) {
        if (!Files.exists(file)) {
            throw new LancetException("script: " + file + "; there is no such file");
        }
        if (Files.isDirectory(file)) {
            throw new LancetException("script: " + file + "; it is a folder, name a file");
        }
        try {
            return new ScriptSource(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new LancetException("script: " + file + "; it is not UTF-8 text, save it as such", e);
        } catch (IOException e) {
            throw new LancetException("script: " + file + "; it cannot be read: " + e.getMessage(), e);
        }
    }
}
