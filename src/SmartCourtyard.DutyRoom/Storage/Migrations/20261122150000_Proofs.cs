using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Proofs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "hint",
                table: "alarms",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "proof",
                table: "alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "proofs",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    gateway = table.Column<string>(type: "TEXT", nullable: false),
                    alarm_id = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    passed = table.Column<bool>(type: "INTEGER", nullable: false),
                    stored = table.Column<bool>(type: "INTEGER", nullable: false),
                    shown = table.Column<bool>(type: "INTEGER", nullable: false),
                    took_milliseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    failed = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_proofs", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_proofs_gateway_at",
                table: "proofs",
                columns: new[] { "gateway", "at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "proofs");

            migrationBuilder.DropColumn(
                name: "hint",
                table: "alarms");

            migrationBuilder.DropColumn(
                name: "proof",
                table: "alarms");
        }
    }
}
