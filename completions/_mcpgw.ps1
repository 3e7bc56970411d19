
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'mcpgw' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'mcpgw'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'mcpgw' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the gateway')
            [CompletionResult]::new('stdio', 'stdio', [CompletionResultType]::ParameterValue, 'Run the gateway for one client on standard input and output')
            [CompletionResult]::new('bootstrap', 'bootstrap', [CompletionResultType]::ParameterValue, 'Make the store ready: register, sync, index')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find tools by what they do or how they are called')
            [CompletionResult]::new('call', 'call', [CompletionResultType]::ParameterValue, 'Call a tool')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'Which tools exist')
            [CompletionResult]::new('server', 'server', [CompletionResultType]::ParameterValue, 'Which MCP servers are behind the gateway')
            [CompletionResult]::new('tenant', 'tenant', [CompletionResultType]::ParameterValue, 'Whose catalogs there are')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Who may discover and call what, in Cedar')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Who has an account of the console')
            [CompletionResult]::new('embeddings', 'embeddings', [CompletionResultType]::ParameterValue, 'Which provider makes the vectors, and the change to another')
            [CompletionResult]::new('guardrails', 'guardrails', [CompletionResultType]::ParameterValue, 'What may pass: personal data, secrets, orders to the model')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'What was executed, and what came of it')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Results that were kept')
            [CompletionResult]::new('secrets', 'secrets', [CompletionResultType]::ParameterValue, 'The servers'' credentials, as the store keeps them')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Sign and check callers'' tokens')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Which configuration is in force')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check every dependency and say how to fix what is broken')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Put the gateway into the list of a client on this machine')
            [CompletionResult]::new('demo-server', 'demo-server', [CompletionResultType]::ParameterValue, 'Run one of the demo MCP servers')
            [CompletionResult]::new('warden', 'warden', [CompletionResultType]::ParameterValue, 'End what a killed gateway has left behind (started by the gateway itself)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print shell completions')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;serve' {
            [CompletionResult]::new('--bind', '--bind', [CompletionResultType]::ParameterName, 'Where to listen [env: MCPGW_BIND] [default: 127.0.0.1:8000]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Start two demo MCP servers and put them behind the gateway')
            [CompletionResult]::new('--bootstrap', '--bootstrap', [CompletionResultType]::ParameterName, 'Sync the catalog when starting, also with AUTO_BOOTSTRAP=false')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;stdio' {
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'What is listed: every tool, or the discovery tools [default: as MCP_DISCOVERY says]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;bootstrap' {
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'How long to wait until everything is searchable')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Register the demo servers, too')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;search' {
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'Which arms rank; `all` compares the three')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many tools')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The caller that this token speaks for')
            [CompletionResult]::new('--scopes', '--scopes', [CompletionResultType]::ParameterName, 'A caller with these scopes and nothing else (comma-separated)')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The caller of this name, as tokens call them (`sub`)')
            [CompletionResult]::new('--groups', '--groups', [CompletionResultType]::ParameterName, 'Their groups, which are scopes too (comma-separated)')
            [CompletionResult]::new('--roles', '--roles', [CompletionResultType]::ParameterName, 'Their roles (comma-separated)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Show how the scores came about')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;call' {
            [CompletionResult]::new('--args', '--args', [CompletionResultType]::ParameterName, 'The arguments: a JSON object, @FILE, or - for stdin')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'When to give up, for example 2s; starting the server counts [default: 30s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Bring the catalog up to date with what the servers list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tools')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tool')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure how well the search finds the tools of judged requests')
            [CompletionResult]::new('judge', 'judge', [CompletionResultType]::ParameterValue, 'Say which tools are right for a request, for `catalog eval --judged`')
            [CompletionResult]::new('quarantine', 'quarantine', [CompletionResultType]::ParameterValue, 'List the tools that are kept back, and how their definitions differ from the accepted ones')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Accept the definition that a tool has now')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'List a tool beside the discovery tools')
            [CompletionResult]::new('unpin', 'unpin', [CompletionResultType]::ParameterValue, 'List it no longer beside the discovery tools')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;catalog;sync' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Only this server; may be given several times')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Remove tools that their server no longer lists')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would change, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;list' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Only this server')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Only those with all of these words in name, server, title or description')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only in this state; `all` shows also what cannot be used')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;eval' {
            [CompletionResult]::new('--queries', '--queries', [CompletionResultType]::ParameterName, 'Requests: JSON lines {"id", "text"}')
            [CompletionResult]::new('--qrels', '--qrels', [CompletionResultType]::ParameterName, 'Judgements: request id, tool id and relevance, with tabs between. Tools of the catalog are called server/tool')
            [CompletionResult]::new('--tools', '--tools', [CompletionResultType]::ParameterName, 'Search these tools in place of the tenant''s: JSON lines {"id", "server", "name", "description", "parameters"}')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'Which arms rank')
            [CompletionResult]::new('--k', '--k', [CompletionResultType]::ParameterName, 'After how many results recall is measured')
            [CompletionResult]::new('--run-dir', '--run-dir', [CompletionResultType]::ParameterName, 'Write what was found here: MODE.tsv with request id, rank, tool id and score')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--judged', '--judged', [CompletionResultType]::ParameterName, 'The tenant''s own judged requests, as `catalog judge` and the console note them')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;judge' {
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Forget the judged request of this id')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the judged requests')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;quarantine' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;release' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every tool of the server that is kept back')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;pin' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;unpin' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;catalog;help' {
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Bring the catalog up to date with what the servers list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tools')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tool')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure how well the search finds the tools of judged requests')
            [CompletionResult]::new('judge', 'judge', [CompletionResultType]::ParameterValue, 'Say which tools are right for a request, for `catalog eval --judged`')
            [CompletionResult]::new('quarantine', 'quarantine', [CompletionResultType]::ParameterValue, 'List the tools that are kept back, and how their definitions differ from the accepted ones')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Accept the definition that a tool has now')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'List a tool beside the discovery tools')
            [CompletionResult]::new('unpin', 'unpin', [CompletionResultType]::ParameterValue, 'List it no longer beside the discovery tools')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;catalog;help;sync' {
            break
        }
        'mcpgw;catalog;help;list' {
            break
        }
        'mcpgw;catalog;help;show' {
            break
        }
        'mcpgw;catalog;help;eval' {
            break
        }
        'mcpgw;catalog;help;judge' {
            break
        }
        'mcpgw;catalog;help;quarantine' {
            break
        }
        'mcpgw;catalog;help;release' {
            break
        }
        'mcpgw;catalog;help;pin' {
            break
        }
        'mcpgw;catalog;help;unpin' {
            break
        }
        'mcpgw;catalog;help;help' {
            break
        }
        'mcpgw;server' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a server; without flags, asks on a terminal')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the servers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one server')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Connect to a server and say who answers')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Use a server''s tools')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Hide a server''s tools without forgetting them')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Say how the results of one of its tools are kept; without flags, show it')
            [CompletionResult]::new('sign-in', 'sign-in', [CompletionResultType]::ParameterValue, 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token')
            [CompletionResult]::new('sign-ins', 'sign-ins', [CompletionResultType]::ParameterValue, 'List the users who have signed in at a server')
            [CompletionResult]::new('sign-out', 'sign-out', [CompletionResultType]::ParameterValue, 'Forget the tokens of a server''s users, or of one of them')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget a server and its tools')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Register the servers of a desktop client''s `mcpServers` JSON')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;server;add' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Its streamable HTTP endpoint')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header sent with every request; may be given several times')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'A variable of the program''s environment; may be given several times')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that sees its tools; may be given several times. Without any, only unrestricted callers do')
            [CompletionResult]::new('--oauth-token-url', '--oauth-token-url', [CompletionResultType]::ParameterName, 'Where the gateway gets access tokens for the server: in its own name (OAuth client credentials), or in that of each user with --oauth-authorize-url')
            [CompletionResult]::new('--oauth-authorize-url', '--oauth-authorize-url', [CompletionResultType]::ParameterName, 'Where users sign in themselves: each call is then made with the token of the user who makes it')
            [CompletionResult]::new('--oauth-client-id', '--oauth-client-id', [CompletionResultType]::ParameterName, 'Who the gateway is there')
            [CompletionResult]::new('--oauth-client-secret-file', '--oauth-client-secret-file', [CompletionResultType]::ParameterName, 'A file with the secret that proves it; a client that only users sign in to may have none')
            [CompletionResult]::new('--oauth-scope', '--oauth-scope', [CompletionResultType]::ParameterName, 'The scope to ask for there')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Deadline of its calls, for example 2s')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--sse', '--sse', [CompletionResultType]::ParameterName, 'The URL is that of the older HTTP+SSE transport, often ending in /sse')
            [CompletionResult]::new('--stdio', '--stdio', [CompletionResultType]::ParameterName, 'A program that speaks MCP on stdin and stdout; give it after --')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;list' {
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Only those with all of these words in name or target')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;test' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;enable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;disable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;cache' {
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'For how long, for example 10m [default: SEMANTIC_CACHE_TTL_SECONDS]')
            [CompletionResult]::new('--semantic', '--semantic', [CompletionResultType]::ParameterName, 'An argument in which other words for the same may match; may be given several times')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Keep its results whatever its server says of it')
            [CompletionResult]::new('--off', '--off', [CompletionResultType]::ParameterName, 'Never keep its results')
            [CompletionResult]::new('--default', '--default', [CompletionResultType]::ParameterName, 'Leave it to its server, which may say that the tool only reads')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;sign-in' {
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The user whom this token speaks for, in place of the operator')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;sign-ins' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;sign-out' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Whose tokens; without, everybody''s')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;import' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would become of each, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;server;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a server; without flags, asks on a terminal')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the servers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one server')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Connect to a server and say who answers')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Use a server''s tools')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Hide a server''s tools without forgetting them')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Say how the results of one of its tools are kept; without flags, show it')
            [CompletionResult]::new('sign-in', 'sign-in', [CompletionResultType]::ParameterValue, 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token')
            [CompletionResult]::new('sign-ins', 'sign-ins', [CompletionResultType]::ParameterValue, 'List the users who have signed in at a server')
            [CompletionResult]::new('sign-out', 'sign-out', [CompletionResultType]::ParameterValue, 'Forget the tokens of a server''s users, or of one of them')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget a server and its tools')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Register the servers of a desktop client''s `mcpServers` JSON')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;server;help;add' {
            break
        }
        'mcpgw;server;help;list' {
            break
        }
        'mcpgw;server;help;show' {
            break
        }
        'mcpgw;server;help;test' {
            break
        }
        'mcpgw;server;help;enable' {
            break
        }
        'mcpgw;server;help;disable' {
            break
        }
        'mcpgw;server;help;cache' {
            break
        }
        'mcpgw;server;help;sign-in' {
            break
        }
        'mcpgw;server;help;sign-ins' {
            break
        }
        'mcpgw;server;help;sign-out' {
            break
        }
        'mcpgw;server;help;remove' {
            break
        }
        'mcpgw;server;help;import' {
            break
        }
        'mcpgw;server;help;help' {
            break
        }
        'mcpgw;tenant' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('provision', 'provision', [CompletionResultType]::ParameterValue, 'Make a tenant''s database, collections and indexes; safe to repeat')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenants')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tenant')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a tenant with everything it has')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;tenant;provision' {
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'How long to wait until its indexes are ready')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;tenant;list' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;tenant;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;tenant;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;tenant;help' {
            [CompletionResult]::new('provision', 'provision', [CompletionResultType]::ParameterValue, 'Make a tenant''s database, collections and indexes; safe to repeat')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenants')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tenant')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a tenant with everything it has')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;tenant;help;provision' {
            break
        }
        'mcpgw;tenant;help;list' {
            break
        }
        'mcpgw;tenant;help;show' {
            break
        }
        'mcpgw;tenant;help;remove' {
            break
        }
        'mcpgw;tenant;help;help' {
            break
        }
        'mcpgw;policy' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenant''s policies')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a policy')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a policy from a file (`-` for standard input), once it was checked')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a policy; without one named `default`, the shipped scope rule is in force')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what a caller may do with a tool, and which policy decides')
            [CompletionResult]::new('assign', 'assign', [CompletionResultType]::ParameterValue, 'Note the roles and attributes of a user, for policies to ask for')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what policies may speak of, as a Cedar schema')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;policy;list' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;set' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;validate' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;check' {
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The caller that this token speaks for')
            [CompletionResult]::new('--scopes', '--scopes', [CompletionResultType]::ParameterName, 'A caller with these scopes and nothing else (comma-separated)')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The caller of this name, as tokens call them (`sub`)')
            [CompletionResult]::new('--groups', '--groups', [CompletionResultType]::ParameterName, 'Their groups, which are scopes too (comma-separated)')
            [CompletionResult]::new('--roles', '--roles', [CompletionResultType]::ParameterName, 'Their roles (comma-separated)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;assign' {
            [CompletionResult]::new('--roles', '--roles', [CompletionResultType]::ParameterName, 'Roles')
            [CompletionResult]::new('--attribute', '--attribute', [CompletionResultType]::ParameterName, 'Attributes')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--clear', '--clear', [CompletionResultType]::ParameterName, 'Forget what was noted')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;schema' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;policy;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenant''s policies')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a policy')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a policy from a file (`-` for standard input), once it was checked')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a policy; without one named `default`, the shipped scope rule is in force')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what a caller may do with a tool, and which policy decides')
            [CompletionResult]::new('assign', 'assign', [CompletionResultType]::ParameterValue, 'Note the roles and attributes of a user, for policies to ask for')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what policies may speak of, as a Cedar schema')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;policy;help;list' {
            break
        }
        'mcpgw;policy;help;show' {
            break
        }
        'mcpgw;policy;help;set' {
            break
        }
        'mcpgw;policy;help;validate' {
            break
        }
        'mcpgw;policy;help;remove' {
            break
        }
        'mcpgw;policy;help;check' {
            break
        }
        'mcpgw;policy;help;assign' {
            break
        }
        'mcpgw;policy;help;schema' {
            break
        }
        'mcpgw;policy;help;help' {
            break
        }
        'mcpgw;account' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts')
            [CompletionResult]::new('password', 'password', [CompletionResultType]::ParameterValue, 'Give an account another password, read from standard input; all its sessions end')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'Show where an account is logged in')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End all sessions of an account')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Print a link to make the first account with, while there is none')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;account;list' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;account;password' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Make one and print it, once')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;account;sessions' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;account;logout' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;account;invite' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;account;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts')
            [CompletionResult]::new('password', 'password', [CompletionResultType]::ParameterValue, 'Give an account another password, read from standard input; all its sessions end')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'Show where an account is logged in')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End all sessions of an account')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Print a link to make the first account with, while there is none')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;account;help;list' {
            break
        }
        'mcpgw;account;help;password' {
            break
        }
        'mcpgw;account;help;sessions' {
            break
        }
        'mcpgw;account;help;logout' {
            break
        }
        'mcpgw;account;help;invite' {
            break
        }
        'mcpgw;account;help;help' {
            break
        }
        'mcpgw;embeddings' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show which embedding space is in force')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force')
            [CompletionResult]::new('switch', 'switch', [CompletionResultType]::ParameterValue, 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'How far a switch is')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Give an unfinished switch up; the space in force stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;embeddings;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;embeddings;test' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'builtin, local, ollama, openai, azure_openai, voyage or gemini')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model; for `local` the folder it is in')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the provider is, unless at its usual place')
            [CompletionResult]::new('--deployment', '--deployment', [CompletionResultType]::ParameterName, 'Azure''s name of the deployment')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Azure''s version of its API')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;embeddings;switch' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'builtin, local, ollama, openai, azure_openai, voyage or gemini')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model; for `local` the folder it is in')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the provider is, unless at its usual place')
            [CompletionResult]::new('--deployment', '--deployment', [CompletionResultType]::ParameterName, 'Azure''s name of the deployment')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Azure''s version of its API')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only try the provider, and say what would be done')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;embeddings;status' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Until the switch has ended')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;embeddings;cancel' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;embeddings;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show which embedding space is in force')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force')
            [CompletionResult]::new('switch', 'switch', [CompletionResultType]::ParameterValue, 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'How far a switch is')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Give an unfinished switch up; the space in force stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;embeddings;help;show' {
            break
        }
        'mcpgw;embeddings;help;test' {
            break
        }
        'mcpgw;embeddings;help;switch' {
            break
        }
        'mcpgw;embeddings;help;status' {
            break
        }
        'mcpgw;embeddings;help;cancel' {
            break
        }
        'mcpgw;embeddings;help;help' {
            break
        }
        'mcpgw;guardrails' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what the guardrails would do to a text')
            [CompletionResult]::new('signatures', 'signatures', [CompletionResultType]::ParameterValue, 'The known attacks that texts are compared with')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let categories pass for a server or one of its tools; without any, say which do')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;guardrails;check' {
            [CompletionResult]::new('--direction', '--direction', [CompletionResultType]::ParameterName, 'What the text is')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'Read JSON lines {"text"}, print one verdict a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;guardrails;signatures' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List them')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add one')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove one that was added, or switch off one that comes with the program')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;guardrails;signatures;list' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;guardrails;signatures;add' {
            [CompletionResult]::new('--family', '--family', [CompletionResultType]::ParameterName, 'What kind of attack')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;guardrails;signatures;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;guardrails;signatures;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List them')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add one')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove one that was added, or switch off one that comes with the program')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;guardrails;signatures;help;list' {
            break
        }
        'mcpgw;guardrails;signatures;help;add' {
            break
        }
        'mcpgw;guardrails;signatures;help;remove' {
            break
        }
        'mcpgw;guardrails;signatures;help;help' {
            break
        }
        'mcpgw;guardrails;allow' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--none', '--none', [CompletionResultType]::ParameterName, 'Let none pass any more')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;guardrails;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what the guardrails would do to a text')
            [CompletionResult]::new('signatures', 'signatures', [CompletionResultType]::ParameterValue, 'The known attacks that texts are compared with')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let categories pass for a server or one of its tools; without any, say which do')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;guardrails;help;check' {
            break
        }
        'mcpgw;guardrails;help;signatures' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List them')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add one')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove one that was added, or switch off one that comes with the program')
            break
        }
        'mcpgw;guardrails;help;signatures;list' {
            break
        }
        'mcpgw;guardrails;help;signatures;add' {
            break
        }
        'mcpgw;guardrails;help;signatures;remove' {
            break
        }
        'mcpgw;guardrails;help;allow' {
            break
        }
        'mcpgw;guardrails;help;help' {
            break
        }
        'mcpgw;audit' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Show what was executed')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Sum up what was executed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write what was executed as CSV')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;audit;tail' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Only this server''s')
            [CompletionResult]::new('--tool', '--tool', [CompletionResultType]::ParameterName, 'Only of the tool, prompt or route of this name')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'Only what ended like this: a status, or `failed`')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Only of this caller')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only of this kind: tool_call, search, prompt, resource, completion, admin')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'How far back')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'The latest so many')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on with what is executed from now on')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with what is executed from now on')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;audit;report' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'How far back')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;audit;export' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Only this server''s')
            [CompletionResult]::new('--tool', '--tool', [CompletionResultType]::ParameterName, 'Only of the tool, prompt or route of this name')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'Only what ended like this: a status, or `failed`')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Only of this caller')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only of this kind: tool_call, search, prompt, resource, completion, admin')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'How far back')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Up to how long ago')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'The latest so many')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;audit;help' {
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Show what was executed')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Sum up what was executed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write what was executed as CSV')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;audit;help;tail' {
            break
        }
        'mcpgw;audit;help;report' {
            break
        }
        'mcpgw;audit;help;export' {
            break
        }
        'mcpgw;audit;help;help' {
            break
        }
        'mcpgw;cache' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Count, remove or embed anew what was kept in another embedding space than the one in force')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;cache;migrate' {
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'status counts, purge removes, reembed makes new vectors')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Entries that are read and written at once')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'With purge: remove everything that was kept, and have no replica answer from it any more')
            [CompletionResult]::new('--all-tenants', '--all-tenants', [CompletionResultType]::ParameterName, 'Of every tenant, in place of --tenant''s')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;cache;help' {
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Count, remove or embed anew what was kept in another embedding space than the one in force')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;cache;help;migrate' {
            break
        }
        'mcpgw;cache;help;help' {
            break
        }
        'mcpgw;secrets' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the store keeps sealed, by which master key, and what lies in the clear')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Have the present master key wrap every data key; what is sealed stays as it is')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Seal what lies in the clear, and wipe it from the store')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;secrets;status' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;secrets;rotate' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The former master key: a file with 96 bytes or their base64, or with a former EMBEDDING_SECRET [env: QE_LOCAL_PREVIOUS_MASTER_KEY_FILE]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;secrets;migrate' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;secrets;help' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the store keeps sealed, by which master key, and what lies in the clear')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Have the present master key wrap every data key; what is sealed stays as it is')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Seal what lies in the clear, and wipe it from the store')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;secrets;help;status' {
            break
        }
        'mcpgw;secrets;help;rotate' {
            break
        }
        'mcpgw;secrets;help;migrate' {
            break
        }
        'mcpgw;secrets;help;help' {
            break
        }
        'mcpgw;token' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('mint', 'mint', [CompletionResultType]::ParameterValue, 'Sign a token of the tenant named with --tenant; plain output is the token alone')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Say whom a token speaks for, or what is wrong with it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;token;mint' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Whom it speaks for')
            [CompletionResult]::new('--groups', '--groups', [CompletionResultType]::ParameterName, 'Claim `groups`')
            [CompletionResult]::new('--scopes', '--scopes', [CompletionResultType]::ParameterName, 'Claim `scopes`')
            [CompletionResult]::new('--roles', '--roles', [CompletionResultType]::ParameterName, 'Claim `roles`')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long it is good for')
            [CompletionResult]::new('--alg', '--alg', [CompletionResultType]::ParameterName, 'How it is signed [default: as AUTH_MODE verifies it, else RS256]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;token;verify' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;token;help' {
            [CompletionResult]::new('mint', 'mint', [CompletionResultType]::ParameterValue, 'Sign a token of the tenant named with --tenant; plain output is the token alone')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Say whom a token speaks for, or what is wrong with it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;token;help;mint' {
            break
        }
        'mcpgw;token;help;verify' {
            break
        }
        'mcpgw;token;help;help' {
            break
        }
        'mcpgw;config' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every key that is set, with its value (secrets masked) and where it came from')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;config;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every key that is set, with its value (secrets masked) and where it came from')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;config;help;show' {
            break
        }
        'mcpgw;config;help;help' {
            break
        }
        'mcpgw;doctor' {
            [CompletionResult]::new('--tool', '--tool', [CompletionResultType]::ParameterName, 'Say too which policy decides about this tool (`server__tool`)')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The caller that this token speaks for')
            [CompletionResult]::new('--scopes', '--scopes', [CompletionResultType]::ParameterName, 'A caller with these scopes and nothing else (comma-separated)')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The caller of this name, as tokens call them (`sub`)')
            [CompletionResult]::new('--groups', '--groups', [CompletionResultType]::ParameterName, 'Their groups, which are scopes too (comma-separated)')
            [CompletionResult]::new('--roles', '--roles', [CompletionResultType]::ParameterName, 'Their roles (comma-separated)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--quick', '--quick', [CompletionResultType]::ParameterName, 'Only read the configuration and ask the gateway that runs here whether it is ready: exit 0 or 1 within seconds')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;connect' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'A gateway that runs, by the URL of its MCP endpoint')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The client''s file, where it is not in the usual place')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('--undo', '--undo', [CompletionResultType]::ParameterName, 'Take the gateway out again: the file is as it was, but for what was changed in it since')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only print what would be written')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;demo-server' {
            [CompletionResult]::new('--bind', '--bind', [CompletionResultType]::ParameterName, 'Serve streamable HTTP at http://ADDRESS/mcp in place of stdin and stdout')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name that a gateway knows it by: with DOWNSTREAM_JWT_VERIFY a token for another server is refused')
            [CompletionResult]::new('--token', '--token', [CompletionResultType]::ParameterName, 'The gateway''s token for this server, which DOWNSTREAM_JWT_VERIFY asks for')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;warden' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;completions' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;man' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]')
            [CompletionResult]::new('--tenant', '--tenant', [CompletionResultType]::ParameterName, 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A TOML file with the same keys as the environment, in lower case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How results are printed [default: table on a terminal, plain otherwise]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to color (NO_COLOR is respected)')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'More log lines; twice for all of them [env: RUST_LOG]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer every confirmation with yes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mcpgw;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the gateway')
            [CompletionResult]::new('stdio', 'stdio', [CompletionResultType]::ParameterValue, 'Run the gateway for one client on standard input and output')
            [CompletionResult]::new('bootstrap', 'bootstrap', [CompletionResultType]::ParameterValue, 'Make the store ready: register, sync, index')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find tools by what they do or how they are called')
            [CompletionResult]::new('call', 'call', [CompletionResultType]::ParameterValue, 'Call a tool')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'Which tools exist')
            [CompletionResult]::new('server', 'server', [CompletionResultType]::ParameterValue, 'Which MCP servers are behind the gateway')
            [CompletionResult]::new('tenant', 'tenant', [CompletionResultType]::ParameterValue, 'Whose catalogs there are')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Who may discover and call what, in Cedar')
            [CompletionResult]::new('account', 'account', [CompletionResultType]::ParameterValue, 'Who has an account of the console')
            [CompletionResult]::new('embeddings', 'embeddings', [CompletionResultType]::ParameterValue, 'Which provider makes the vectors, and the change to another')
            [CompletionResult]::new('guardrails', 'guardrails', [CompletionResultType]::ParameterValue, 'What may pass: personal data, secrets, orders to the model')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'What was executed, and what came of it')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Results that were kept')
            [CompletionResult]::new('secrets', 'secrets', [CompletionResultType]::ParameterValue, 'The servers'' credentials, as the store keeps them')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Sign and check callers'' tokens')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Which configuration is in force')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check every dependency and say how to fix what is broken')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Put the gateway into the list of a client on this machine')
            [CompletionResult]::new('demo-server', 'demo-server', [CompletionResultType]::ParameterValue, 'Run one of the demo MCP servers')
            [CompletionResult]::new('warden', 'warden', [CompletionResultType]::ParameterValue, 'End what a killed gateway has left behind (started by the gateway itself)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print shell completions')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mcpgw;help;serve' {
            break
        }
        'mcpgw;help;stdio' {
            break
        }
        'mcpgw;help;bootstrap' {
            break
        }
        'mcpgw;help;search' {
            break
        }
        'mcpgw;help;call' {
            break
        }
        'mcpgw;help;catalog' {
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Bring the catalog up to date with what the servers list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tools')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tool')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure how well the search finds the tools of judged requests')
            [CompletionResult]::new('judge', 'judge', [CompletionResultType]::ParameterValue, 'Say which tools are right for a request, for `catalog eval --judged`')
            [CompletionResult]::new('quarantine', 'quarantine', [CompletionResultType]::ParameterValue, 'List the tools that are kept back, and how their definitions differ from the accepted ones')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Accept the definition that a tool has now')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'List a tool beside the discovery tools')
            [CompletionResult]::new('unpin', 'unpin', [CompletionResultType]::ParameterValue, 'List it no longer beside the discovery tools')
            break
        }
        'mcpgw;help;catalog;sync' {
            break
        }
        'mcpgw;help;catalog;list' {
            break
        }
        'mcpgw;help;catalog;show' {
            break
        }
        'mcpgw;help;catalog;eval' {
            break
        }
        'mcpgw;help;catalog;judge' {
            break
        }
        'mcpgw;help;catalog;quarantine' {
            break
        }
        'mcpgw;help;catalog;release' {
            break
        }
        'mcpgw;help;catalog;pin' {
            break
        }
        'mcpgw;help;catalog;unpin' {
            break
        }
        'mcpgw;help;server' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a server; without flags, asks on a terminal')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the servers')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one server')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Connect to a server and say who answers')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Use a server''s tools')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Hide a server''s tools without forgetting them')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Say how the results of one of its tools are kept; without flags, show it')
            [CompletionResult]::new('sign-in', 'sign-in', [CompletionResultType]::ParameterValue, 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token')
            [CompletionResult]::new('sign-ins', 'sign-ins', [CompletionResultType]::ParameterValue, 'List the users who have signed in at a server')
            [CompletionResult]::new('sign-out', 'sign-out', [CompletionResultType]::ParameterValue, 'Forget the tokens of a server''s users, or of one of them')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Forget a server and its tools')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Register the servers of a desktop client''s `mcpServers` JSON')
            break
        }
        'mcpgw;help;server;add' {
            break
        }
        'mcpgw;help;server;list' {
            break
        }
        'mcpgw;help;server;show' {
            break
        }
        'mcpgw;help;server;test' {
            break
        }
        'mcpgw;help;server;enable' {
            break
        }
        'mcpgw;help;server;disable' {
            break
        }
        'mcpgw;help;server;cache' {
            break
        }
        'mcpgw;help;server;sign-in' {
            break
        }
        'mcpgw;help;server;sign-ins' {
            break
        }
        'mcpgw;help;server;sign-out' {
            break
        }
        'mcpgw;help;server;remove' {
            break
        }
        'mcpgw;help;server;import' {
            break
        }
        'mcpgw;help;tenant' {
            [CompletionResult]::new('provision', 'provision', [CompletionResultType]::ParameterValue, 'Make a tenant''s database, collections and indexes; safe to repeat')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenants')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one tenant')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a tenant with everything it has')
            break
        }
        'mcpgw;help;tenant;provision' {
            break
        }
        'mcpgw;help;tenant;list' {
            break
        }
        'mcpgw;help;tenant;show' {
            break
        }
        'mcpgw;help;tenant;remove' {
            break
        }
        'mcpgw;help;policy' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the tenant''s policies')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a policy')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a policy from a file (`-` for standard input), once it was checked')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a policy; without one named `default`, the shipped scope rule is in force')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what a caller may do with a tool, and which policy decides')
            [CompletionResult]::new('assign', 'assign', [CompletionResultType]::ParameterValue, 'Note the roles and attributes of a user, for policies to ask for')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what policies may speak of, as a Cedar schema')
            break
        }
        'mcpgw;help;policy;list' {
            break
        }
        'mcpgw;help;policy;show' {
            break
        }
        'mcpgw;help;policy;set' {
            break
        }
        'mcpgw;help;policy;validate' {
            break
        }
        'mcpgw;help;policy;remove' {
            break
        }
        'mcpgw;help;policy;check' {
            break
        }
        'mcpgw;help;policy;assign' {
            break
        }
        'mcpgw;help;policy;schema' {
            break
        }
        'mcpgw;help;account' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the accounts')
            [CompletionResult]::new('password', 'password', [CompletionResultType]::ParameterValue, 'Give an account another password, read from standard input; all its sessions end')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'Show where an account is logged in')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End all sessions of an account')
            [CompletionResult]::new('invite', 'invite', [CompletionResultType]::ParameterValue, 'Print a link to make the first account with, while there is none')
            break
        }
        'mcpgw;help;account;list' {
            break
        }
        'mcpgw;help;account;password' {
            break
        }
        'mcpgw;help;account;sessions' {
            break
        }
        'mcpgw;help;account;logout' {
            break
        }
        'mcpgw;help;account;invite' {
            break
        }
        'mcpgw;help;embeddings' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show which embedding space is in force')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force')
            [CompletionResult]::new('switch', 'switch', [CompletionResultType]::ParameterValue, 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'How far a switch is')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Give an unfinished switch up; the space in force stays')
            break
        }
        'mcpgw;help;embeddings;show' {
            break
        }
        'mcpgw;help;embeddings;test' {
            break
        }
        'mcpgw;help;embeddings;switch' {
            break
        }
        'mcpgw;help;embeddings;status' {
            break
        }
        'mcpgw;help;embeddings;cancel' {
            break
        }
        'mcpgw;help;guardrails' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Say what the guardrails would do to a text')
            [CompletionResult]::new('signatures', 'signatures', [CompletionResultType]::ParameterValue, 'The known attacks that texts are compared with')
            [CompletionResult]::new('allow', 'allow', [CompletionResultType]::ParameterValue, 'Let categories pass for a server or one of its tools; without any, say which do')
            break
        }
        'mcpgw;help;guardrails;check' {
            break
        }
        'mcpgw;help;guardrails;signatures' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List them')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add one')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove one that was added, or switch off one that comes with the program')
            break
        }
        'mcpgw;help;guardrails;signatures;list' {
            break
        }
        'mcpgw;help;guardrails;signatures;add' {
            break
        }
        'mcpgw;help;guardrails;signatures;remove' {
            break
        }
        'mcpgw;help;guardrails;allow' {
            break
        }
        'mcpgw;help;audit' {
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Show what was executed')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Sum up what was executed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write what was executed as CSV')
            break
        }
        'mcpgw;help;audit;tail' {
            break
        }
        'mcpgw;help;audit;report' {
            break
        }
        'mcpgw;help;audit;export' {
            break
        }
        'mcpgw;help;cache' {
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Count, remove or embed anew what was kept in another embedding space than the one in force')
            break
        }
        'mcpgw;help;cache;migrate' {
            break
        }
        'mcpgw;help;secrets' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the store keeps sealed, by which master key, and what lies in the clear')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Have the present master key wrap every data key; what is sealed stays as it is')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Seal what lies in the clear, and wipe it from the store')
            break
        }
        'mcpgw;help;secrets;status' {
            break
        }
        'mcpgw;help;secrets;rotate' {
            break
        }
        'mcpgw;help;secrets;migrate' {
            break
        }
        'mcpgw;help;token' {
            [CompletionResult]::new('mint', 'mint', [CompletionResultType]::ParameterValue, 'Sign a token of the tenant named with --tenant; plain output is the token alone')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Say whom a token speaks for, or what is wrong with it')
            break
        }
        'mcpgw;help;token;mint' {
            break
        }
        'mcpgw;help;token;verify' {
            break
        }
        'mcpgw;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every key that is set, with its value (secrets masked) and where it came from')
            break
        }
        'mcpgw;help;config;show' {
            break
        }
        'mcpgw;help;doctor' {
            break
        }
        'mcpgw;help;connect' {
            break
        }
        'mcpgw;help;demo-server' {
            break
        }
        'mcpgw;help;warden' {
            break
        }
        'mcpgw;help;completions' {
            break
        }
        'mcpgw;help;man' {
            break
        }
        'mcpgw;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
