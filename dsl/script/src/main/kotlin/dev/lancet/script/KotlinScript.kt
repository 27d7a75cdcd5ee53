package dev.lancet.script

import dev.lancet.dsl.recipe.Recipe
import kotlin.script.experimental.api.EvaluationResult
import kotlin.script.experimental.api.ResultValue
import kotlin.script.experimental.api.ResultWithDiagnostics
import kotlin.script.experimental.api.ScriptDiagnostic
import kotlin.script.experimental.api.ScriptEvaluationConfiguration
import kotlin.script.experimental.host.StringScriptSource
import kotlin.script.experimental.jvm.baseClassLoader
import kotlin.script.experimental.jvm.jvm
import kotlin.script.experimental.jvm.loadDependencies
import kotlin.script.experimental.jvmhost.BasicJvmScriptingHost
import kotlin.script.experimental.jvmhost.createJvmCompilationConfigurationFromTemplate

/** Runs a recipe in Kotlin. The value of the script's last expression is the recipe. */
internal object KotlinScript {

    fun load(source: ScriptSource): Recipe {
        val result =
            BasicJvmScriptingHost()
                .eval(
                    StringScriptSource(source.text, source.name()),
                    createJvmCompilationConfigurationFromTemplate<LancetScript>(),
                    ScriptEvaluationConfiguration {
                        jvm {
                            baseClassLoader(KotlinScript::class.java.classLoader)
                            // The script must load the same Recipe class as this program.
                            loadDependencies(false)
                        }
                    },
                )
        return when (result) {
            is ResultWithDiagnostics.Success -> recipe(source, result.value)
            is ResultWithDiagnostics.Failure -> throw source.wrong(faults(source, result.reports))
        }
    }

    private fun recipe(source: ScriptSource, result: EvaluationResult): Recipe =
        when (val last = result.returnValue) {
            is ResultValue.Value -> last.value as? Recipe ?: throw notARecipe(source, "a ${last.type}")
            is ResultValue.Error -> throw ScriptFailure.of(source, last.error)
            else -> throw notARecipe(source, "nothing")
        }

    private fun notARecipe(source: ScriptSource, what: String): ScriptException {
        val line = source.lastLine()
        val message = "the script ends with $what; its last expression must be a Recipe, begun by recipe(\"name\")"
        return source.wrong(listOf(ScriptSource.Fault(line, source.indent(line), message)))
    }

    private fun faults(source: ScriptSource, reports: List<ScriptDiagnostic>): List<ScriptSource.Fault> {
        val errors = reports.filter { it.isError() }
        // If a script does not parse, its imports are missing too, and every method of Lancet would be reported as
        // unknown.
        val syntax = errors.filter { it.message.startsWith("Syntax error") }
        return syntax.ifEmpty { errors }.map { fault(source, it) }
    }

    private fun fault(source: ScriptSource, report: ScriptDiagnostic): ScriptSource.Fault {
        val start = report.location?.start
        return ScriptSource.Fault(start?.line ?: source.lastLine(), start?.col ?: 1, report.message)
    }

    private fun ScriptDiagnostic.isError() =
        severity == ScriptDiagnostic.Severity.ERROR || severity == ScriptDiagnostic.Severity.FATAL
}
