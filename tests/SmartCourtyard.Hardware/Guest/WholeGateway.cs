namespace SmartCourtyard.Hardware.Guest;

/// <summary>The gateway program itself, with nothing but the kernel around it.</summary>
internal static class WholeGateway
{
    public static async Task A_press_at_a_wired_button_is_an_alarm_of_the_running_gateway()
    {
        await using var gateway = await RunningGateway.StartAsync("press", Sos("20ms"));
        await gateway.ShowsAsync("/api/v1/devices", "\"lastHeard\":\"2");
        Sim.Panel.Pull(13, up: false);
        await gateway.ShowsAsync("/api/v1/alarms", "emergency-call");
        Sim.Panel.Pull(13, up: true);
        await gateway.ShowsAsync("/api/v1/alarms", "\"occurrences\":1");
        Check.That((await gateway.StopAsync()).Contains("alarm", StringComparison.OrdinalIgnoreCase), "the log says nothing of it");
    }

    public static async Task A_signal_makes_the_gateway_read_its_site_file_again_and_nothing_wired_is_lost()
    {
        await using var gateway = await RunningGateway.StartAsync("reload", Sos("20ms"), Smoke(3), Smoke(4));
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", 3);
        Sim.Panel.Pull(3, up: true);
        await gateway.ShowsAsync("/api/v1/alarms", "\"kind\":\"smoke\"");
        var alarm = await gateway.AlarmAsync("smoke-3");

        // One more, one with another debounce, one less.
        await gateway.ReadsAgainAsync(Sos("50ms"), Smoke(3), Smoke(5));
        await gateway.ShowsAsync("/api/v1/devices", "smoke-5");
        Check.That(!(await gateway.ReadAsync("/api/v1/devices")).Contains("smoke-4", StringComparison.Ordinal), "the one that was removed is still there");
        Check.That(await gateway.AlarmAsync("smoke-3") == alarm, $"the open alarm was {alarm}, it is {await gateway.AlarmAsync("smoke-3")}");

        Sim.Panel.Pull(13, up: false);
        await gateway.ShowsAsync("/api/v1/alarms", "emergency-call");
        Sim.Panel.Pull(13, up: true);
        Sim.Panel.Pull(5, up: true);
        await Check.EventuallyAsync(() => gateway.Alarms("smoke-5") == 1, () => "the new one is not heard");
        Sim.Panel.Pull(4, up: true);
        await gateway.PressesDuringReloadsAsync(13, 5, Sos("50ms"), Smoke(3), Smoke(5));
        Check.That(gateway.Alarms("smoke-4") == 0, "the one that was removed raises an alarm");

        // Killed, so that only what is on disk is there after it.
        await gateway.KillAsync();
        foreach (var line in (int[])[3, 4, 5])
        {
            Sim.Panel.Pull(line, up: false);
        }

        await using var again = await gateway.AgainAsync(Sos("50ms"), Smoke(3), Smoke(5));
        await again.ShowsAsync("/api/v1/alarms", alarm.Split(' ')[0]);
        await again.ShowsAsync("/api/v1/alarms", "\"condition\":\"cleared\"");
    }

    public static async Task A_chip_that_goes_is_one_trouble_of_the_gateway_its_devices_are_unobserved_and_it_comes_back()
    {
        await using var gateway = await RunningGateway.StartAsync("chip", Sos("20ms"), Smoke(3, Sim.Yard), Smoke(4, Sim.Yard));
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", 3);
        Sim.Yard.PullOut();
        await gateway.ShowsAsync("/api/v1/troubles", "connection-lost");
        var troubles = await gateway.ReadAsync("/api/v1/troubles");
        Check.That(troubles.Split("connection-lost").Length == 2 && troubles.Contains($"the GPIO chip '{Sim.Yard.Label}' is gone", StringComparison.Ordinal), $"not one line: {troubles}");
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"unobserved\"", 2);
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", 1);
        Sim.Yard.PutBack();
        await Check.EventuallyAsync(() => !gateway.Shows("/api/v1/troubles", "connection-lost"), () => "the trouble stays");
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", 3);
        Sim.Yard.Pull(4, up: true);
        await Check.EventuallyAsync(() => gateway.Alarms("smoke-4") == 1, () => "no smoke after it is back");
        Sim.Yard.Pull(4, up: false);
    }

    private static string Sos(string debounce)
    {
        Sim.Panel.Pull(13, up: true);
        return $"{{ id: lobby-sos, class: emergency-button, source: {{ gpio: {{ chip: {Sim.Panel.Label}, line: 13, bias: pull-up, active: low, debounce: {debounce} }} }} }}";
    }

    private static string Smoke(int line, Sim? chip = null) =>
        $"{{ id: smoke-{line}, class: smoke-detector, source: {{ gpio: {{ chip: {(chip ?? Sim.Panel).Label}, line: {line} }} }} }}";
}
