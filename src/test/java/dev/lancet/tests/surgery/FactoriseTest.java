package dev.lancet.tests.surgery;

import static dev.lancet.Lancet.silu;
import static dev.lancet.assertj.LancetAssertions.assertThat;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.rule.FactoriseLookup;
import dev.lancet.surgery.rule.FactoriseMatMul;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FactoriseTest {

    private final Weight up = new Weight("up", Role.UP, 0, 6, 8);
    private final Weight table = new Weight("embedding", Role.EMBEDDING, -1, 10, 8);

    @Test
    void a_product_becomes_two() {
        assertThat(new FactoriseMatMul(up, 2)).on("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """).becomes("""
                    x = Placeholder [-1,6]
                    up.left = Variable [6,2]
                    up.right = Variable [2,8]
                    up.out.left = MatMul(x, up.left) : [-1,2]
                    up.out = MatMul(up.out.left, up.right) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """);
    }

    @Test
    void a_nonlinearity_stands_between_the_two_as_a_function() {
        assertThat(new FactoriseMatMul(up, 2, Optional.of(silu()))).on("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """).becomes("""
                    x = Placeholder [-1,6]
                    up.left = Variable [6,2]
                    up.right = Variable [2,8]
                    up.out.left = MatMul(x, up.left) : [-1,2]
                    up.out.silu = @silu_2(up.out.left) : [-1,2]
                    up.out = MatMul(up.out.silu, up.right) : [-1,8]
                    y = Neg(up.out) : [-1,8]

                    function silu_2(x) -> (y)
                      sigmoid = Sigmoid(x) : [-1,2]
                      silu = Mul(x, sigmoid:y) : [-1,2]
                      return y = silu:z
                    """);
    }

    @Test
    void a_nonlinearity_has_no_place_in_a_product_with_the_transposed_matrix() {
        assertThat(new FactoriseMatMul(table, 3, Optional.of(silu())))
                .on("""
                    x = Placeholder [-1,8]
                    embedding = Variable [10,8]
                    head.out = MatMul(x, embedding) transpose_b
                    """)
                .declines("head.out multiplies with the transposed embedding;"
                        + " silu() between factors is supported only for x · W");
    }

    @Test
    void what_the_node_waited_for_and_where_it_ran_stays() {
        assertThat(new FactoriseMatMul(up, 2)).on("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up, ^x)
                    """).becomes("""
                    x = Placeholder [-1,6]
                    up.left = Variable [6,2]
                    up.right = Variable [2,8]
                    up.out.left = MatMul(x, up.left)
                    up.out = MatMul(up.out.left, up.right, ^x)
                    """);
    }

    @Test
    void a_product_with_the_transposed_matrix_takes_the_factors_the_other_way_round() {
        assertThat(new FactoriseMatMul(table, 3)).on("""
                    x = Placeholder [4,8]
                    embedding = Variable [10,8]
                    head.out = MatMul(x, embedding) transpose_b : [4,10]
                    """).becomes("""
                    x = Placeholder [4,8]
                    embedding.left = Variable [10,3]
                    embedding.right = Variable [3,8]
                    head.out.right = MatMul(x, embedding.right) transpose_b : [4,3]
                    head.out = MatMul(head.out.right, embedding.left) transpose_b : [4,10]
                    """);
    }

    @Test
    void a_transposed_input_is_declined() {
        assertThat(new FactoriseMatMul(up, 2))
                .on("""
                    x = Placeholder [6,-1]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) transpose_a
                    """)
                .declines("up.out transposes its input; only x · W and x · Wᵀ are treated");
    }

    @Test
    void another_matrix_is_left_alone() {
        assertThat(new FactoriseMatMul(up, 2)).on("""
                    x = Placeholder [-1,6]
                    down = Variable [6,8]
                    down.out = MatMul(x, down)
                    """).leavesAlone();
    }

    @Test
    void a_lookup_of_a_list_gathers_narrow_rows_and_widens_them() {
        assertThat(new FactoriseLookup(table, 3)).on("""
                    ids = Placeholder int32 [5]
                    embedding = Variable [10,8]
                    axis = Const int32 0
                    rows = GatherV2(embedding, ids, axis) : [5,8]
                    """).becomes("""
                    ids = Placeholder int32 [5]
                    axis = Const int32 0
                    embedding.left = Variable [10,3]
                    embedding.right = Variable [3,8]
                    rows.left = GatherV2(embedding.left, ids, axis) : [5,3]
                    rows = MatMul(rows.left, embedding.right) : [5,8]
                    """);
    }

    @Test
    void ids_of_any_shape_are_made_a_list_and_the_rows_get_their_shape_again() {
        assertThat(new FactoriseLookup(table, 3)).on("""
                    ids = Placeholder int32 [2,5]
                    embedding = Variable [10,8]
                    axis = Const int32 0
                    rows = GatherV2(embedding, ids, axis) : [2,5,8]
                    """).becomes("""
                    ids = Placeholder int32 [2,5]
                    axis = Const int32 0
                    embedding.left = Variable [10,3]
                    embedding.right = Variable [3,8]
                    rows.ids.shape = Const int32 [1] {-1}
                    rows.ids = Reshape(ids, rows.ids.shape) T=int32 : [10]
                    rows.left = GatherV2(embedding.left, rows.ids, axis) : [10,3]
                    rows.list = MatMul(rows.left, embedding.right) : [10,8]
                    rows.shape = Const int32 [3] {2,5,8}
                    rows = Reshape(rows.list, rows.shape) : [2,5,8]
                    """);
    }

    @Test
    void a_lookup_of_columns_is_declined() {
        assertThat(new FactoriseLookup(table, 3))
                .on("""
                    ids = Placeholder int32 [5]
                    embedding = Variable [10,8]
                    axis = Const int32 1
                    rows = GatherV2(embedding, ids, axis)
                    """)
                .declines("rows does not gather rows; only lookups along axis 0 are treated");
    }
}
