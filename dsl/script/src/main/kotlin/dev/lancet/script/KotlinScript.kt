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

/** A recipe in Kotlin: the value of the script's last expression. */
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
                            // The script's Recipe has to be our Recipe.
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
        // A script that does not parse has no imports either, so that every word of ours would seem unknown.
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
