using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using SmartCourtyard.Gateway.Devices.Gpio;
using Xunit;

namespace SmartCourtyard.Hardware;

/// <summary>Numbers and layouts that were written down against the kernel's own header, by this machine's compiler.</summary>
public sealed class HeaderTests
{
    [Fact]
    public async Task The_numbers_are_those_of_the_kernels_header()
    {
        var folder = Directory.CreateTempSubdirectory("gpio-header").FullName;
        var source = Path.Combine(folder, "header.c");
        await File.WriteAllTextAsync(source, """
            #include <linux/gpio.h>
            #include <stddef.h>
            #include <stdio.h>
            int main(void) {
              printf("%zu %zu %zu ", sizeof(struct gpio_v2_line_event), offsetof(struct gpio_v2_line_event, id), offsetof(struct gpio_v2_line_event, seqno));
              printf("%d %d %d %d ", GPIO_V2_LINE_FLAG_ACTIVE_LOW, GPIO_V2_LINE_FLAG_INPUT, GPIO_V2_LINE_FLAG_OUTPUT, GPIO_V2_LINE_FLAG_EDGE_RISING);
              printf("%d %d %d %d ", GPIO_V2_LINE_FLAG_EDGE_FALLING, GPIO_V2_LINE_FLAG_OPEN_DRAIN, GPIO_V2_LINE_FLAG_OPEN_SOURCE, GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
              printf("%d %d %d %d %d ", GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN, GPIO_V2_LINE_FLAG_BIAS_DISABLED, GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES,
                GPIO_V2_LINE_ATTR_ID_DEBOUNCE, GPIO_V2_LINE_EVENT_RISING_EDGE);
              printf("%lu %lu %lu ", GPIO_GET_CHIPINFO_IOCTL, GPIO_V2_GET_LINEINFO_IOCTL, GPIO_V2_GET_LINE_IOCTL);
              printf("%lu %lu\n", GPIO_V2_LINE_GET_VALUES_IOCTL, GPIO_V2_LINE_SET_VALUES_IOCTL);
            }
            """);
        await RunAsync("gcc", "-Wno-format", "-o", Path.Combine(folder, "header"), source);
        var said = await RunAsync(Path.Combine(folder, "header"));
        Directory.Delete(folder, recursive: true);

        ulong[] ours =
        [
            (ulong)Unsafe.SizeOf<GpioUapi.LineEvent>(), 8, 16,
            GpioUapi.FlagActiveLow, GpioUapi.FlagInput, GpioUapi.FlagOutput, GpioUapi.FlagEdgeRising,
            GpioUapi.FlagEdgeFalling, GpioUapi.FlagOpenDrain, GpioUapi.FlagOpenSource, GpioUapi.FlagPullUp,
            GpioUapi.FlagPullDown, GpioUapi.FlagBiasDisabled, GpioUapi.AttributeOutputValues, GpioUapi.AttributeDebounce, GpioUapi.RisingEdge,
            GpioUapi.GetChipInfo, GpioUapi.GetLineInfo, GpioUapi.GetLine, GpioUapi.GetValues, GpioUapi.SetValues,
        ];
        Assert.Equal(ours, said.Split(' ').Select(n => ulong.Parse(n, CultureInfo.InvariantCulture)));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
