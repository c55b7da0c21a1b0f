namespace SmartCourtyard.Mqtt.Tests;

internal static class Wait
{
    internal static bool Long { get; } = Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1";

    internal static Task Until(Func<bool> condition, string what, double seconds = 15) => Until(condition, () => what, seconds);

    internal static async Task Until(Func<bool> condition, Func<string> what, double seconds = 15)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"after {seconds} s not yet true: {what()}");
            await Delay(0.005);
        }
    }

    internal static Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
}
