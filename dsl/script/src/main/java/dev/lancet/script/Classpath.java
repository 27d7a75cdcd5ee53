package dev.lancet.script;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The class path of the running Java, so that a script sees the same classes as the program. */
final class Classpath {

    private Classpath() {}

    /** The jars and folders of the class path, including those that a jar's manifest names. */
    static List<File> entries() {
        Set<Path> found = new LinkedHashSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                add(Path.of(entry).toAbsolutePath().normalize(), found);
            }
        }
        return found.stream().map(Path::toFile).toList();
    }

    /** The class path as one string, in the form that compilers take. */
    static String text() {
        return entries().stream().map(File::getPath).collect(Collectors.joining(File.pathSeparator));
    }

    private static void add(Path entry, Set<Path> found) {
        if (!Files.exists(entry) || !found.add(entry) || Files.isDirectory(entry)) {
            return;
        }
        try (JarFile jar = new JarFile(entry.toFile())) {
            @Nullable Manifest manifest = jar.getManifest();
            @Nullable
            String more = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            for (String relative : more == null ? new String[0] : more.split(" ", -1)) {
                if (!relative.isEmpty()) {
                    add(resolve(entry, relative), found);
                }
            }
        } catch (IOException e) {
            // Not a jar: the JVM ignores it, so ignore it here too.
            found.remove(entry);
        }
    }

    private static Path resolve(Path jar, String relative) throws IOException {
        try {
            URI uri = new URL(jar.toUri().toURL(), relative).toURI();
            return "file".equals(uri.getScheme()) ? Path.of(uri).normalize() : jar;
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
