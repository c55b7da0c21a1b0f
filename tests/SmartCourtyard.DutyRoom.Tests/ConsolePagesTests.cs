using System.Net;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class ConsolePagesTests
{
    [Theory]
    [InlineData("/", "<html>", "no-cache")]
    [InlineData("/alarms/0193", "<html>", "no-cache")]
    [InlineData("/assets/app-1a2b.js", "let", "public, max-age=31536000, immutable")]
    public async Task Pages_are_asked_for_again_and_what_has_a_hash_in_its_name_is_not(string path, string content, string cache)
    {
        var folder = RunningDutyRoom.NewFolder();
        await using (var room = await WithPagesAsync(folder))
        {
            using var response = await room.Client().GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.StartsWith(content, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(cache, string.Join(',', response.Headers.GetValues("Cache-Control")));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("deflate", null)]
    [InlineData(null, null)]
    public async Task A_page_goes_out_in_the_smallest_form_that_the_browser_reads(string? accepted, string? coding)
    {
        var folder = RunningDutyRoom.NewFolder();
        await using (var room = await WithPagesAsync(folder))
        {
            foreach (var (ending, packed) in new[] { (".gz", "gzip"), (".br", "br") })
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "wwwroot", "assets", "app-1a2b.js" + ending), packed);
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/app-1a2b.js");
            if (accepted is not null)
            {
                request.Headers.Add("Accept-Encoding", accepted);
            }

            using var response = await room.Client().SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.StartsWith(coding ?? "let", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains("Accept-Encoding", response.Headers.Vary);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("/assets/none.js")]
    [InlineData("/api/v1/none")]
    [InlineData("/../duty-room.db")]
    public async Task What_is_neither_a_page_nor_a_call_is_not_found(string path)
    {
        var folder = RunningDutyRoom.NewFolder();
        await using (var room = await WithPagesAsync(folder))
        {
            using var response = await room.Client().GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal(Problem.ContentType, response.Content.Headers.ContentType?.MediaType);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_worker_that_fails_ends_the_program_with_1()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new TestClock(TestClock.Start);
        await using (var app = await DutyRoomProgram.BuildAsync(RunningDutyRoom.Arguments(folder), clock))
        {
            var running = DutyRoomProgram.RunAsync(app);
            await Until.Async(() => Task.FromResult(app.Urls.Any(u => !u.EndsWith(":0", StringComparison.Ordinal))), isUp => isUp);
            var ledger = (Storage.Ledger)app.Services.GetService(typeof(Storage.Ledger))!;
            await ledger.WriteAsync(writing => Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRaw(
                writing.Db.Database, "DROP TABLE gateways"));
            await Until.Async(
                () =>
                {
                    clock.Advance(TimeSpan.FromSeconds(5));
                    return Task.FromResult(running.IsCompleted);
                },
                isOver => isOver);
            Assert.Equal(1, await running);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<RunningDutyRoom> WithPagesAsync(string folder)
    {
        var pages = Directory.CreateDirectory(Path.Combine(folder, "wwwroot", "assets"));
        await File.WriteAllTextAsync(Path.Combine(folder, "wwwroot", "index.html"), "<html>");
        await File.WriteAllTextAsync(Path.Combine(pages.FullName, "app-1a2b.js"), "let a");
        return await RunningDutyRoom.StartAsync(folder, more: ["--webroot", Path.Combine(folder, "wwwroot")]);
    }
}
