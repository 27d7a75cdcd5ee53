@echo off
rem Runs Lancet.
rem   JAVA_HOME, LANCET_JAVA_OPTS   which Java, and more options for it
setlocal
set "java=java.exe"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -version >nul 2>&1
if errorlevel 1 goto :nojava
rem What TensorFlow writes of its own log: errors.
if not defined TF_CPP_MIN_LOG_LEVEL set "TF_CPP_MIN_LOG_LEVEL=2"
if not defined TF_OVERRIDE_GLOBAL_THREADPOOL set "TF_OVERRIDE_GLOBAL_THREADPOOL=1"
set "CLASSPATH=%~dp0..\lib\*"
"%java%" "@%~dp0..\lib\java.options" %LANCET_JAVA_OPTS% dev.lancet.cli.Main %*
exit /b %errorlevel%

:nojava
echo error: no Java: "%java%" does not run; install a JDK 17 or newer, or set JAVA_HOME 1>&2
exit /b 1
