package dev.lancet.samples.phone.app

import android.app.Activity
import android.os.Bundle
import android.system.Os
import android.view.View
import android.widget.Button
import android.widget.CheckBox
import android.widget.EditText
import android.widget.ProgressBar
import android.widget.TextView
import dev.lancet.samples.phone.GenerationListener
import dev.lancet.samples.phone.ModelFolderException
import dev.lancet.samples.phone.PhoneModel
import dev.lancet.samples.phone.ProcessMemory
import dev.lancet.samples.phone.TokenChoice
import java.io.File
import java.util.concurrent.Executors

/** One screen: a prompt, the text that the model writes after it, tokens per second, and memory. */
class MainActivity : Activity() {

    /** The only thread that uses the model. */
    private val worker = Executors.newSingleThreadExecutor()
    private var model: PhoneModel? = null

    @Volatile private var running = false
    @Volatile private var stopped = false

    private val prompt by lazy { findViewById<EditText>(R.id.prompt) }
    private val greedy by lazy { findViewById<CheckBox>(R.id.greedy) }
    private val run by lazy { findViewById<Button>(R.id.run) }
    private val progress by lazy { findViewById<ProgressBar>(R.id.progress) }
    private val state by lazy { findViewById<TextView>(R.id.state) }
    private val memory by lazy { findViewById<TextView>(R.id.memory) }
    private val text by lazy { findViewById<TextView>(R.id.text) }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.main)
        // Before its first use, or ONNX Runtime sends events to Microsoft.
        Os.setenv("ORT_DISABLE_TELEMETRY", "1", true)
        run.setOnClickListener { if (running) stopped = true else start() }
        load(File(filesDir, "model"))
    }

    private fun load(folder: File) {
        state.text = getString(R.string.loading, folder.path)
        work {
            val begun = System.nanoTime()
            model = PhoneModel.open(folder, minOf(FAST_CORES, Runtime.getRuntime().availableProcessors()))
            val seconds = (System.nanoTime() - begun) / 1e9
            show {
                state.text = getString(R.string.loaded, seconds)
                run.isEnabled = true
            }
        }
    }

    private fun start() {
        val given = prompt.text.toString()
        val choice =
            if (greedy.isChecked) TokenChoice.greedy
            else TokenChoice.sampled(TEMPERATURE, MOST_LIKELY, System.nanoTime())
        running = true
        stopped = false
        run.setText(R.string.stop)
        progress.visibility = View.VISIBLE
        text.text = given
        work {
            val result = model?.generate(given, MOST_TOKENS, choice, Screen()) ?: return@work
            show {
                state.text =
                    getString(
                        R.string.finished,
                        result.ids.size,
                        result.tokensPerSecond,
                        result.promptTokens,
                        result.promptSeconds,
                    )
            }
        }
    }

    /** Shows a text while it is written. */
    private inner class Screen : GenerationListener {

        override fun onPrompt(read: Int, all: Int): Boolean {
            show { state.text = getString(R.string.reading, read, all) }
            return !stopped
        }

        override fun onText(piece: String, tokens: Int, tokensPerSecond: Double): Boolean {
            show {
                text.append(piece)
                state.text = getString(R.string.speed, tokens, tokensPerSecond)
            }
            return !stopped
        }
    }

    /** Does something with the model, and says what went wrong. */
    private fun work(action: () -> Unit) {
        worker.execute {
            try {
                action()
            } catch (wrong: ModelFolderException) {
                show { state.text = wrong.message }
            } catch (wrong: OutOfMemoryError) {
                show { state.text = wrong.message }
            } finally {
                running = false
                show {
                    progress.visibility = View.INVISIBLE
                    run.setText(R.string.start)
                }
            }
        }
    }

    private fun show(change: () -> Unit) = runOnUiThread {
        change()
        ProcessMemory.read()?.let { memory.text = getString(R.string.memory, it.now / MEGABYTE, it.largest / MEGABYTE) }
    }

    override fun onDestroy() {
        stopped = true
        worker.execute {
            model?.close()
            model = null
        }
        worker.shutdown()
        super.onDestroy()
    }

    private companion object {
        const val FAST_CORES = 4
        const val MOST_TOKENS = 200
        const val TEMPERATURE = 0.8f
        const val MOST_LIKELY = 40
        const val MEGABYTE = 1_000_000L
    }
}
