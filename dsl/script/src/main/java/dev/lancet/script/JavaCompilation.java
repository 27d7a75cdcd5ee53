package dev.lancet.script;

import dev.lancet.dsl.LancetException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles one Java file in memory and loads its class. */
final class JavaCompilation {

    private final ScriptSource source;
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    JavaCompilation(ScriptSource source) {
        this.source = source;
    }

    /** The class with the file's name. */
    Class<?> run() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new LancetException("script: " + source.file() + " needs a Java compiler, but this Java has"
                    + " none; run lancet with a JDK");
        }
        DiagnosticCollector<JavaFileObject> findings = new DiagnosticCollector<>();
        JavaFileManager files =
                new Outputs(compiler.getStandardFileManager(findings, Locale.ENGLISH, StandardCharsets.UTF_8));
        List<String> options = List.of("-proc:none", "-g", "-nowarn", "-classpath", Classpath.text());
        boolean done = compiler.getTask(new StringWriter(), files, findings, options, null, List.of(new Text(source)))
                .call();
        if (!done) {
            throw source.wrong(findings.getDiagnostics().stream()
                    .filter(finding -> finding.getKind() == Diagnostic.Kind.ERROR)
                    .map(this::fault)
                    .toList());
        }
        return load(source.name().substring(0, source.name().length() - ".java".length()));
    }

    private ScriptSource.Fault fault(Diagnostic<? extends JavaFileObject> finding) {
        String message = finding.getMessage(Locale.ENGLISH);
        int at = (int) finding.getPosition();
        if (at < 0) {
            return new ScriptSource.Fault(1, 1, message);
        }
        // The column that javac reports counts a tab as eight characters.
        int column = at - source.text().lastIndexOf('\n', Math.max(0, at - 1));
        return new ScriptSource.Fault((int) finding.getLineNumber(), Math.max(1, column), message);
    }

    private Class<?> load(String simpleName) {
        ClassLoader loader = new ClassLoader(JavaCompilation.class.getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                ByteArrayOutputStream code = classes.get(name);
                if (code == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, code.toByteArray(), 0, code.size());
            }
        };
        String name = classes.keySet().stream()
                .filter(candidate -> candidate.equals(simpleName) || candidate.endsWith("." + simpleName))
                .findFirst()
                .orElseThrow(() -> source.wrong(List.of(new ScriptSource.Fault(
                        1, 1, "the file has no class " + simpleName + "; give one class the name of the file"))));
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            throw new LancetException(
                    "script: " + source.file() + ": class " + name + " cannot be loaded;"
                            + " check its static initializers and the class path",
                    e);
        } catch (ExceptionInInitializerError e) {
            throw ScriptFailure.of(source, e.getException());
        }
    }

    /** The script as a source file for javac. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(ScriptSource source) {
            super(source.file().toUri(), Kind.SOURCE);
            this.text = source.text();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps the compiled classes in memory. */
    private final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {

        Outputs(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream code = new ByteArrayOutputStream();
                    classes.put(name, code);
                    return code;
                }
            };
        }
    }
}
