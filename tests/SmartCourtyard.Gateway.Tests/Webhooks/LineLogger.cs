using Microsoft.Extensions.Logging;

namespace SmartCourtyard.Gateway.Tests.Webhooks;

/// <summary>Keeps every line that is logged, with its exception.</summary>
internal sealed class LineLogger<T>(List<string> lines) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => lines.Add(formatter(state, exception) + exception);
}
