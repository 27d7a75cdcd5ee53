package dev.lancet.script

import kotlin.script.experimental.annotations.KotlinScript
import kotlin.script.experimental.api.ScriptCompilationConfiguration
import kotlin.script.experimental.api.compilerOptions
import kotlin.script.experimental.api.defaultImports
import kotlin.script.experimental.jvm.jvm
import kotlin.script.experimental.jvm.updateClasspath

/**
 * The definition of `*.lancet.kts`: its default imports and its class path. Editors find this definition in the jar.
 */
@KotlinScript(
    displayName = "Lancet recipe",
    fileExtension = "lancet.kts",
    compilationConfiguration = LancetScriptCompilation::class,
)
abstract class LancetScript

/** The settings for compiling a `*.lancet.kts` file. */
object LancetScriptCompilation :
    ScriptCompilationConfiguration({
        defaultImports("dev.lancet.Lancet.*", "dev.lancet.dsl.*", "dev.lancet.dsl.recipe.*")
        compilerOptions("-jvm-target", "17", "-Xjspecify-annotations=strict")
        jvm { updateClasspath(Classpath.entries()) }
    })
