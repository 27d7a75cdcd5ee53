package dev.lancet.samples;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.loader.FileSystemDocumentLoader;
import dev.langchain4j.data.document.parser.TextDocumentParser;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;

/** The passages of a folder of documents, found by what they mean. */
final class DocumentIndex {

    /** Characters of a passage: about 120 tokens, so encoders read all of it. */
    private static final int PASSAGE = 500;

    private static final int OVERLAP = 50;

    private final EmbeddingModel model;
    private final InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();

    /** An index of passages; each is encoded once. */
    DocumentIndex(EmbeddingModel model, List<TextSegment> passages) {
        this.model = model;
        List<Embedding> vectors = model.embedAll(passages).content();
        store.addAll(vectors, passages);
    }

    /**
     * The passages of all {@code .txt} and {@code .md} files in a folder and the folders in it.
     *
     * @throws IllegalArgumentException if there is none
     */
    static List<TextSegment> passages(Path folder) {
        List<Document> documents = FileSystemDocumentLoader.loadDocumentsRecursively(
                folder,
                FileSystems.getDefault().getPathMatcher("glob:**.{txt,md}"),
                new TextDocumentParser(StandardCharsets.UTF_8));
        if (documents.isEmpty()) {
            throw new IllegalArgumentException(folder + ": holds no .txt or .md file with text; name another folder");
        }
        return DocumentSplitters.recursive(PASSAGE, OVERLAP).splitAll(documents);
    }

    /** The name of the file from which a passage comes. */
    static String file(TextSegment passage) {
        return String.valueOf(passage.metadata().getString(Document.FILE_NAME));
    }

    /** The passages whose vectors are nearest to that of a question, the nearest first. */
    List<TextSegment> nearest(String question, int count) {
        EmbeddingSearchRequest request = EmbeddingSearchRequest.builder()
                .queryEmbedding(model.embed(question).content())
                .maxResults(count)
                .build();
        return store.search(request).matches().stream()
                .map(EmbeddingMatch::embedded)
                .toList();
    }

    /** The same for LangChain4j. */
    ContentRetriever retriever(int count) {
        return EmbeddingStoreContentRetriever.builder()
                .embeddingModel(model)
                .embeddingStore(store)
                .maxResults(count)
                .build();
    }
}
